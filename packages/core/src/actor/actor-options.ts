import * as v from 'valibot';
import type { Converter } from '../converter/index.js';
import { DEFAULTS } from '../defaults.js';
import type { Duration } from '../duration/index.js';
import { option, parseOptions, withoutUndefined } from '../options/index.js';
import { exponentialRetry, type RetryPolicy } from '../retry/index.js';
import { topicRouting, type RoutingStrategy } from '../router/routing-strategy.js';
import type { ActorMiddleware, ResolvedActorOptions } from './actor.js';
import { CONFIRMATIONS, ERROR_ACTIONS, type Confirmation, type ErrorAction } from './confirmation.js';

/** How an actor receives and runs messages. Set on the method, its class or the module; the closest one wins. */
export interface ActorOptions {
  /** The topic. @default the method's name */
  name?: string;
  /** @default 'default' */
  channel?: string;
  /** Name of the connection. @default 'default' */
  connection?: string;
  /** The time limit of one run. A job's own timeout takes precedence. @default '10m' */
  timeout?: Duration;
  /** The delay before a retry. @default exponential: 10 s, doubling up to a day, with jitter */
  retryPolicy?: RetryPolicy;
  /**
   * - `auto`: acknowledged when the actor returns; a failure is retried, then `onError` decides
   * - `always-ack`: acknowledged even if the actor fails
   * - `ack-first`: acknowledged before the actor runs
   * - `manual`: the actor acknowledges; a message that it does not settle is redelivered when its ownership expires
   * - `manual-explicit`: the actor returns `'ack'`, `'nack'`, `'reject'` or `'no-action'`
   *
   * @default 'auto'
   */
  confirmation?: Confirmation;
  /**
   * What happens to a message whose actor failed for good. In the manual modes, without this option, the message is
   * left unsettled. Not allowed with `always-ack` and `ack-first`, which always acknowledge.
   *
   * @default 'nack'
   */
  onError?: ErrorAction | ((error: unknown) => ErrorAction);
  /** Which messages of the channel the actor takes. @default topicRouting */
  routing?: RoutingStrategy;
  /** Maximum number of parallel runs of this actor in one worker. @default the worker's limit */
  concurrency?: number;
  /** Run around each call, inside the middlewares of the class and the module. */
  middlewares?: ActorMiddleware[];
  /** @default the connection's */
  converter?: Converter;
  /** For generated documentation. */
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
      `expected 'nack', 'reject', 'ack' or a function that returns one of them`,
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
 * Merges the option layers of one actor: later layers (module, class, method) override earlier ones; middlewares add
 * up.
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
      onError: v.custom<undefined>(() => false, `leave it out, confirmation "${confirmation}" always acknowledges`),
    }),
    { onError },
    `actor "${label}"`,
  );
}
