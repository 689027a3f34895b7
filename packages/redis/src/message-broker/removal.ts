import { deletedException, purgedException } from '@repid/core';
import type { Connection } from '../connection/connection.js';
import type { CallMaker } from './redis-channels.js';

/** What a step returns: how many it ended, where to go on, what went wrong or nothing. */
type Step<Place> = readonly [ended: number, next: Place, failure: string];

/** A stamp after all stamps, and the id of an entry after all entries. */
const [LAST_STAMP, LAST_ENTRY] = ['9', '+'];

const FIRST_ENTRY = '0-0';
const LETTERS = ['h', 'm', 'l'] as const;

/** So many times a channel is emptied again for what comes in the meantime, before deleting it is given up. */
const MOST_ROUNDS = 100;

/**
 * Ends what is queued or delayed. What a purge itself releases comes later, and stays.
 *
 * @param storesResults true where the results of jobs lie with their messages
 * @returns how many
 * @throws BrokerRefusedError when some could not be ended; all others are
 */
export async function purgeChannel(
  connection: Connection,
  call: CallMaker,
  channel: string,
  storesResults: boolean,
): Promise<number> {
  const steps = new Steps(connection, call, storesResults ? purgedException(channel) : '');
  const [stamp, ...last] = await connection.run<[string, string, string, string]>(call('removal.bounds'));
  let ended = await steps.endDelayed(stamp);
  for (const [n, letter] of LETTERS.entries()) ended += await steps.endEntries(letter, last[n]!, false);
  steps.throwFailure();
  return ended;
}

/**
 * Ends everything on the channel, and removes it.
 *
 * @throws BrokerRefusedError when some could not be ended; all others are, and the channel is still there
 */
export async function deleteChannel(
  connection: Connection,
  call: CallMaker,
  channel: string,
  storesResults: boolean,
): Promise<void> {
  const steps = new Steps(connection, call, storesResults ? deletedException(channel) : '');
  for (let round = 0; round < MOST_ROUNDS; round++) {
    await steps.endWaiting();
    await steps.endDelayed(LAST_STAMP);
    for (const letter of LETTERS) await steps.endEntries(letter, LAST_ENTRY, true);
    while ((await connection.run<0 | 1>(call('removal.end_letters'))) === 1);
    steps.throwFailure();
    if ((await connection.run<0 | 1>(call('removal.drop'))) === 1) return;
  }
  throw connection.refused(`channel "${channel}" is filled faster than it is emptied`);
}

/** The steps of ending much: each is one call, and those after it go on where it ended. */
class Steps {
  private failure = '';

  /** @param exception what the results of ended jobs say, or nothing where they are not to be stored */
  constructor(
    private readonly connection: Connection,
    private readonly call: CallMaker,
    private readonly exception: string,
  ) {}

  endWaiting(): Promise<number> {
    return this.goOn(0, (kept) => this.call('removal.end_waiting').add(this.exception, kept), -1);
  }

  /** @param newest the stamp after which nothing is ended */
  endDelayed(newest: string): Promise<number> {
    return this.goOn(0, (kept) => this.call('removal.end_delayed').add(this.exception, newest, kept), -1);
  }

  endEntries(letter: string, last: string, withRunning: boolean): Promise<number> {
    const flag = withRunning ? '1' : '';
    return this.goOn(
      FIRST_ENTRY,
      (after) => this.call('removal.end_entries').add(letter, this.exception, after, last, flag),
      '',
    );
  }

  /** @throws BrokerRefusedError for the first that could not be ended */
  throwFailure(): void {
    if (this.failure !== '') throw this.connection.refused(this.failure);
  }

  private async goOn<Place>(
    first: Place,
    makeCall: (place: Place) => ReturnType<CallMaker>,
    end: Place,
  ): Promise<number> {
    let ended = 0;
    for (let place = first; place !== end;) {
      const [count, next, failure] = await this.connection.run<Step<Place>>(makeCall(place));
      ended += count;
      this.failure ||= failure;
      place = next;
    }
    return ended;
  }
}
