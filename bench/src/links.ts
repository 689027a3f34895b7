import { sumOf } from './statistics.js';

/** What goes from step to step: each makes the next one's out of its own. */
export interface Link {
  readonly chain: number;
  /** Steps that are behind it. */
  readonly step: number;
  readonly value: number;
}

/** Steps of a chain. */
export const CHAIN_LENGTH = 5;

/** What the first step of a chain is given. */
export function firstLink(chain: number): Link {
  return { chain, step: 0, value: chain };
}

/** What each part of a fan is given. */
export function fanLinks(fan: number, size: number): Link[] {
  return Array.from({ length: size }, (_, n) => ({ chain: fan, step: 0, value: n }));
}

/** What a step makes of what it is given. */
export function nextLink({ chain, step, value }: Link): Link {
  return { chain, step: step + 1, value: 3 * value + 1 };
}

/** Whether the chain has ended with it. */
export function isEnd({ step }: Link): boolean {
  return step === CHAIN_LENGTH;
}

/** What gathers the parts of a fan makes of them. */
export function sumOfLinks(links: readonly Link[]): number {
  return sumOf(links, ({ value }) => value);
}

/** What a chain must have come to. */
export function endOfChain(chain: number): number {
  let link = firstLink(chain);
  while (!isEnd(link)) link = nextLink(link);
  return link.value;
}

/** What a fan of this size must have come to. */
export function endOfFan(size: number): number {
  return sumOfLinks(fanLinks(0, size).map(nextLink));
}
