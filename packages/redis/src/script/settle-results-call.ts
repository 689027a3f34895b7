import type { Keys } from '../keys.js';
import { Call } from './call.js';
import { settleResultsScript } from './index.js';

/** A call of the script that acknowledges jobs with their results. */
export class SettleResultsCall extends Call {
  readonly script = settleResultsScript;
  private readonly passed: string[];
  private readonly places = new Map<string, number>();

  constructor({ bucketStart, clientStart, channelStart }: Keys) {
    super();
    this.passed = [bucketStart, clientStart, channelStart];
  }

  /** Passes a key, once, and answers its place. */
  key(key: string): number {
    let place = this.places.get(key);
    if (place === undefined) this.places.set(key, (place = this.passed.push(key)));
    return place;
  }

  protected override allKeys(): readonly string[] {
    return this.passed;
  }
}
