import * as v from 'valibot';
import { DEFAULTS } from '../defaults.js';
import type { Duration } from '../duration/index.js';
import { option, parseOptions, withoutUndefined } from '../options/index.js';

/** What a worker takes, how much of it, and when it ends. */
export interface WorkerOptions {
  /** Ends when so many messages have been settled. @default no limit */
  messagesLimit?: number;
  /** Ends when the channels have nothing due. @default false */
  burst?: boolean;
  /** Messages worked on at once; twice as many may be on their way to be settled. @default 1000 */
  concurrency?: number;
  /** @default all that have an actor */
  channels?: readonly string[];
  /** How long running actors may go on at the end, before they are called off and their messages given back. @default '25s' */
  gracefulShutdownTime?: Duration;
  /** Signals of the process at which it ends. @default SIGINT and SIGTERM */
  handleSignals?: readonly NodeJS.Signals[];
  /** How long a message may stay without an actor of any worker, before it goes to the dead letters. @default '10m' */
  unroutedTimeout?: Duration;
}

/** Worker options with every default filled in; spans in milliseconds. */
export interface ResolvedWorkerOptions {
  readonly messagesLimit: number;
  readonly burst: boolean;
  readonly concurrency: number;
  readonly channels?: readonly string[];
  readonly gracefulShutdownTime: number;
  readonly handleSignals: readonly NodeJS.Signals[];
  readonly unroutedTimeout: number;
}

const schema = v.strictObject({
  messagesLimit: v.optional(option.wholeNumber(1)),
  burst: v.optional(option.boolean, false),
  concurrency: v.optional(option.wholeNumber(1), DEFAULTS.concurrency),
  channels: v.optional(v.array(option.channelName, 'expected an array of channel names')),
  gracefulShutdownTime: v.optional(option.duration, DEFAULTS.gracefulShutdownTime),
  handleSignals: v.optional(v.array(option.signalName, 'expected an array of signal names'), [
    ...DEFAULTS.handleSignals,
  ]),
  unroutedTimeout: v.optional(option.duration, DEFAULTS.unroutedTimeout),
});

/**
 * The options, the later layers over the earlier ones.
 *
 * @throws InvalidOptionError that names the option
 */
export function resolveWorkerOptions(...layers: readonly (WorkerOptions | undefined)[]): ResolvedWorkerOptions {
  const parsed = parseOptions(
    schema,
    Object.assign({}, ...layers.map((layer) => withoutUndefined(layer, 'worker'))),
    'worker',
  );
  return { ...parsed, messagesLimit: parsed.messagesLimit ?? Number.POSITIVE_INFINITY };
}
