import { endOfChain, endOfFan, isEnd, nextLink, sumOfLinks, type Link } from '../links.js';
import type { Steps } from '../subjects/way.js';

/** Runs steps, and knows of each chain, or fan, what it has come to. */
export class ChainTally implements Steps {
  private readonly ends = new Map<number, number>();
  private twice = 0;

  readonly next = (link: Link): Link => {
    const next = nextLink(link);
    if (isEnd(next)) this.end(next.chain, next.value);
    return next;
  };

  readonly gather = (links: readonly Link[]): void => this.end(links[0]?.chain ?? -1, sumOfLinks(links));

  /** @throws Error where not every chain has come to what it must, once */
  checkChains(count: number): void {
    this.check(count, endOfChain);
  }

  /** @throws Error where not every fan has come to what it must, once */
  checkFans(count: number, size: number): void {
    const end = endOfFan(size);
    this.check(count, () => end);
  }

  private end(chain: number, value: number): void {
    if (this.ends.has(chain)) this.twice += 1;
    this.ends.set(chain, value);
  }

  private check(count: number, expected: (chain: number) => number): void {
    const wrong = [...this.ends].filter(([chain, value]) => chain < 0 || value !== expected(chain)).length;
    if (this.ends.size === count && wrong + this.twice === 0) return;
    throw new Error(`Of ${count} chains ${this.ends.size} ended: ${wrong} wrongly, ${this.twice} more than once.`);
  }
}
