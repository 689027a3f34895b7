import * as v from 'valibot';
import type { Converter } from '../converter/index.js';
import { DEFAULTS } from '../defaults.js';
import type { Duration } from '../duration/index.js';
import { option, parseOptions, withoutUndefined } from '../options/index.js';
import { exponentialRetry, type RetryPolicy } from '../retry/index.js';
import { topicRouting, type RoutingStrategy } from '../router/routing-strategy.js';
import type { ActorMiddleware, ResolvedActorOptions } from './actor.js';
import { CONFIRMATIONS, ERROR_ACTIONS, type Confirmation, type ErrorAction } from './confirmation.js';

/** How an actor takes and runs its messages. Given on the method, its class or the module; the closest wins. */
export interface ActorOptions {
  /** The topic. @default the method's name */
  name?: string;
  /** @default 'default' */
  channel?: string;
  /** Name of the connection. @default 'default' */
  connection?: string;
  /** How long one run may take; the job's own timeout wins. @default '10m' */
  timeout?: Duration;
  /** How long to wait before a retry. @default exponential: 10 s, doubling, with jitter, up to a day */
  retryPolicy?: RetryPolicy;
  /**
   * - `auto`: acknowledged when the actor has returned; a failure is retried, then `onError` decides
   * - `always-ack`: acknowledged also when the actor has failed
   * - `ack-first`: acknowledged before the actor is run
   * - `manual`: the actor acknowledges; a message that it leaves is delivered again when its ownership runs out
   * - `manual-explicit`: the actor returns `'ack'`, `'nack'`, `'reject'` or `'no-action'`
   *
   * @default 'auto'
   */
  confirmation?: Confirmation;
  /**
   * What becomes of a message whose actor has failed for good. In the manual modes, where it is not given, the message is left.
   * Not allowed with `always-ack` and `ack-first`, which have decided already.
   *
   * @default 'nack'
   */
  onError?: ErrorAction | ((error: unknown) => ErrorAction);
  /** Which messages of the channel it takes. @default topicRouting */
  routing?: RoutingStrategy;
  /** At most so many runs of this actor at once in one worker. @default no limit but the worker's */
  concurrency?: number;
  /** Around each run, inside those of class and module. */
  middlewares?: ActorMiddleware[];
  /** @default the connection's */
  converter?: Converter;
  /** For documents made from the code. */
  title?: string;
  summary?: string;
  description?: string;
  tags?: string[];
  deprecated?: boolean;
}

const schema = v.strictObject({
  name: v.optional(option.nonEmptyText),
  channel: v.optional(option.channelName),
  connection: v.optional(option.nonEmptyText),
  timeout: v.optional(option.positiveDuration),
  retryPolicy: v.optional(option.callable<RetryPolicy>()),
  confirmation: v.optional(option.oneOf(CONFIRMATIONS)),
  onError: v.optional(
    v.union(
      [option.callable<(error: unknown) => ErrorAction>(), option.oneOf(ERROR_ACTIONS)],
      `expected 'nack', 'reject', 'ack' or a function that answers one of them`,
    ),
  ),
  routing: v.optional(option.callable<RoutingStrategy>()),
  concurrency: v.optional(option.wholeNumber(1)),
  middlewares: v.optional(v.array(option.callable<ActorMiddleware>(), 'expected an array of functions')),
  converter: v.optional(option.having<Converter>('a converter', 'convertInputs', 'convertOutputs')),
  title: v.optional(option.nonEmptyText),
  summary: v.optional(option.nonEmptyText),
  description: v.optional(option.nonEmptyText),
  tags: v.optional(v.array(option.nonEmptyText, 'expected an array of texts')),
  deprecated: v.optional(option.boolean),
});

/**
 * The options of one actor, the later layers over the earlier ones (module, class, method); middlewares add up.
 *
 * @param label `Class.method`, for errors
 * @throws InvalidOptionError that names the actor and the option
 */
export function resolveActorOptions(
  label: string,
  defaultName: string,
  ...layers: readonly (Partial<ActorOptions> | undefined)[]
): ResolvedActorOptions {
  const parsed = layers.map((layer) => parseOptions(schema, layer ?? {}, `actor "${label}"`));
  const merged = Object.assign({}, ...parsed.map((layer) => withoutUndefined(layer, label))) as v.InferOutput<
    typeof schema
  >;
  checkOnError(merged, label);
  return {
    ...merged,
    name: merged.name ?? defaultName,
    channel: merged.channel ?? DEFAULTS.channel,
    timeout: merged.timeout ?? DEFAULTS.actorTimeout,
    retryPolicy: merged.retryPolicy ?? exponentialRetry(),
    confirmation: merged.confirmation ?? 'auto',
    routing: merged.routing ?? topicRouting,
    concurrency: merged.concurrency ?? Number.POSITIVE_INFINITY,
    middlewares: parsed.flatMap((layer) => layer.middlewares ?? []),
  };
}

function checkOnError({ confirmation, onError }: v.InferOutput<typeof schema>, label: string): void {
  if (onError === undefined || (confirmation !== 'always-ack' && confirmation !== 'ack-first')) return;
  parseOptions(
    v.strictObject({
      onError: v.custom<undefined>(() => false, `leave it out, confirmation "${confirmation}" has decided already`),
    }),
    { onError },
    `actor "${label}"`,
  );
}
