import { Call } from './call.js';

/** A call of a script that is passed keys one by one, and names them by their places. */
export abstract class KeyedCall extends Call {
  private readonly keys: string[];
  private readonly places = new Map<string, number>();

  /** @param first keys that stand before those that are named */
  constructor(first: readonly string[] = []) {
    super();
    this.keys = [...first];
  }

  /** Passes a key, once, and answers its place. */
  key(key: string): number {
    let place = this.places.get(key);
    if (place === undefined) this.places.set(key, (place = this.keys.push(key)));
    return place;
  }

  protected override allKeys(): readonly string[] {
    return this.keys;
  }
}
