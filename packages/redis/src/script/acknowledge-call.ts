import { Call } from './call.js';
import { acknowledgeScript } from './index.js';

/** A call of the script that acknowledges. */
export class AcknowledgeCall extends Call {
  readonly script = acknowledgeScript;
  private readonly keys: string[] = [];

  /** Passes a key, and answers the number that arguments name it by. */
  key(key: string): number {
    return this.keys.push(key);
  }

  protected override allKeys(): readonly string[] {
    return this.keys;
  }
}
