import { deletedException, purgedException } from '@repid/core';
import type { Connection } from '../connection/connection.js';
import { type Keys, LETTER } from '../keys.js';
import { type ChannelCall, callOn, callOnWithLetters } from './call.js';
import { scripts } from './scripts.generated.js';

/** How many a step has ended, where to go on, what went wrong or ''. */
type StepAnswer<Position> = readonly [ended: number, next: Position, failure: string];

/** A stamp after all stamps, and an entry id after all entry ids. */
const [LAST_STAMP, LAST_ENTRY] = ['9', '+'];

const FIRST_ENTRY = '0-0';
const LETTERS = [LETTER.high, LETTER.medium, LETTER.low];

/** So many times a channel is emptied again for messages that have come meanwhile, before deleting it is given up. */
const MOST_ROUNDS = 100;

/** Where things are removed. */
export interface RemovalTarget {
  readonly connection: Connection;
  readonly keys: Keys;
  readonly channel: string;
  /** True where the results of jobs are stored with their messages. */
  readonly storesResults: boolean;
}

/**
 * Ends what is queued or delayed. Jobs that the purge itself releases come later, and stay. Returns how many were ended.
 * @throws BrokerRefusedError when some could not be ended; all others are
 */
export async function purgeChannel(target: RemovalTarget): Promise<number> {
  const { connection, keys, channel, storesResults } = target;
  const steps = new Steps(target, storesResults ? purgedException(channel) : '');
  const bounds = callOn(channel, scripts.bounds, keys);
  const [stamp, ...last] = await connection.run<[string, string, string, string]>(bounds);
  let ended = await steps.endDelayed(stamp);
  for (const [n, letter] of LETTERS.entries()) ended += await steps.endEntries(letter, last[n]!, false);
  steps.throwFailure();
  return ended;
}

/**
 * Ends everything on the channel, and removes it.
 * @throws BrokerRefusedError when some could not be ended; all others are, and the channel still exists
 */
export async function deleteChannel(target: RemovalTarget): Promise<void> {
  const { connection, keys, channel, storesResults } = target;
  const steps = new Steps(target, storesResults ? deletedException(channel) : '');
  for (let round = 0; round < MOST_ROUNDS; round++) {
    await steps.endWaiting();
    await steps.endDelayed(LAST_STAMP);
    for (const letter of LETTERS) await steps.endEntries(letter, LAST_ENTRY, true);
    await steps.endDeadLetters();
    steps.throwFailure();
    if ((await connection.run<0 | 1>(callOn(channel, scripts.dropChannel, keys))) === 1) return;
  }
  throw connection.refused(`channel "${channel}" is filled faster than it is emptied`);
}

/** Repeats the steps that empty a channel. Each goes on where the one before has ended. */
class Steps {
  private failure = '';

  /** @param exception what the results of ended jobs say; '' where they are not to be stored */
  constructor(
    private readonly target: RemovalTarget,
    private readonly exception: string,
  ) {}

  endWaiting(): Promise<number> {
    const { keys, channel } = this.target;
    return this.repeat(0, (kept) => callOn(channel, scripts.endWaiting, keys).add(this.exception, kept), -1);
  }

  /** @param newest the stamp after which nothing is ended */
  endDelayed(newest: string): Promise<number> {
    const { keys, channel } = this.target;
    return this.repeat(0, (kept) => callOn(channel, scripts.endDelayed, keys).add(this.exception, newest, kept), -1);
  }

  endEntries(letter: string, last: string, withRunning: boolean): Promise<number> {
    const { keys, channel } = this.target;
    const flag = withRunning ? '1' : '';
    return this.repeat(
      FIRST_ENTRY,
      (after) => callOn(channel, scripts.endEntries, keys).add(letter, this.exception, after, last, flag),
      '',
    );
  }

  async endDeadLetters(): Promise<void> {
    const { connection, keys, channel } = this.target;
    while ((await connection.run<0 | 1>(callOnWithLetters(channel, scripts.endDeadLetters, keys))) === 1);
  }

  /** @throws BrokerRefusedError for the first item that could not be ended */
  throwFailure(): void {
    if (this.failure !== '') throw this.target.connection.refused(this.failure);
  }

  private async repeat<Position>(first: Position, step: (from: Position) => ChannelCall, end: Position) {
    let ended = 0;
    for (let position = first; position !== end;) {
      const answer = await this.target.connection.run<StepAnswer<Position>>(step(position));
      ended += answer[0];
      position = answer[1];
      this.failure ||= answer[2];
    }
    return ended;
  }
}
