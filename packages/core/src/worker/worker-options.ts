import * as v from 'valibot';
import { DEFAULTS } from '../defaults.js';
import type { Duration } from '../duration/index.js';
import { option, parseOptions, withoutUndefined } from '../options/index.js';

/** What a worker receives, how much at once, and when it ends. */
export interface WorkerOptions {
  /** Ends after this many messages are settled. @default no limit */
  messagesLimit?: number;
  /** Ends when no message is due. @default false */
  burst?: boolean;
  /** How many messages run at once. At most twice as many settlements may be pending. @default 1000 */
  concurrency?: number;
  /** The channels to consume. @default all channels that have an actor */
  channels?: readonly string[];
  /** How long running actors may continue at shutdown, before they are aborted and their messages returned. @default '25s' */
  gracefulShutdownTime?: Duration;
  /** The process signals that stop it. @default SIGINT and SIGTERM */
  handleSignals?: readonly NodeJS.Signals[];
  /** How long a message may have no actor on any worker, before it goes to the dead letters. @default '10m' */
  unroutedTimeout?: Duration;
}

/** Worker options with all defaults. Durations in milliseconds. */
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
 * Merges the options. Later layers override earlier ones.
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
