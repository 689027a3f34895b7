import * as v from 'valibot';
import {
  AdjustableClock,
  InMemoryBucketBroker,
  InMemoryMessageBroker,
  resolveActorOptions,
  type ActorMiddleware,
  type ActorOptions,
  type BucketBroker,
  type Converter,
  type MessageBroker,
  type ProducerMiddleware,
  type Serializer,
  type WorkerOptions,
} from '@repid/core';
import { option, parseOptions, resolveWorkerOptions } from '@repid/core/internal';
import { UNVALIDATED_PAYLOADS, type UnvalidatedPayloads } from '../parameter/unvalidated.js';
import { ClassConverter, type UnknownProperties } from '../payload/index.js';

/** The brokers of a connection, and the defaults of its actors and its worker. */
export interface ConnectionOptions {
  /** @default in memory */
  messageBroker?: MessageBroker;
  /** Stores arguments; null for none. @default in memory with the default message broker, otherwise none */
  argsBucketBroker?: BucketBroker | null;
  /** Stores results; null for none. @default in memory with the default message broker, otherwise none */
  resultsBucketBroker?: BucketBroker | null;
  /** @default JSON */
  serializer?: Serializer;
  /** @default a ClassConverter: classes with class-validator decorators, primitives and Standard Schemas */
  converter?: Converter;
  /**
   * How to treat properties that a payload's class does not declare: drop them, refuse the payload, or keep them. Applies
   * to the default converter only.
   *
   * @default 'drop'
   */
  unknownProperties?: UnknownProperties;
  /**
   * What to do about an actor whose payload nothing validates, such as an interface or a class without decorators: log a
   * warning at bootstrap, refuse to start, or allow it. Applies to the default converter only.
   *
   * @default 'warn'
   */
  unvalidatedPayloads?: UnvalidatedPayloads;
  /** Defaults for every actor of the connection. `@Actors()` and `@Actor()` override them. */
  actorDefaults?: Partial<ActorOptions>;
  /** Wrap each run of an actor; the first is the outermost. */
  middlewares?: ActorMiddleware[];
  /** Wrap each publish; the first is the outermost. */
  producerMiddlewares?: ProducerMiddleware[];
  /** Maximum size in bytes of a payload with its headers, of an arguments bucket and of a result. @default 5 MiB */
  maxPayloadBytes?: number;
  /** Applies the application's global guards, interceptors, pipes and filters to actors. @default false */
  globalEnhancers?: boolean;
  /** Defaults of `RepidWorker.run()`. With `autorun`, the worker starts in `onApplicationBootstrap`. */
  worker?: WorkerOptions & { autorun?: boolean };
}

/** Validated connection options, with defaults applied. */
export type ResolvedConnectionOptions = ReturnType<typeof resolveConnectionOptions>;

const bucketBroker = v.optional(
  v.nullable(option.having<BucketBroker>('a bucket broker, or null', 'get', 'store', 'delete', 'wait')),
);

const objectOption = <T extends object>() =>
  v.custom<T>((value) => typeof value === 'object' && value !== null, 'expected an object');

const schema = v.strictObject({
  messageBroker: v.optional(option.having<MessageBroker>('a message broker', 'publish', 'consume', 'connect')),
  argsBucketBroker: bucketBroker,
  resultsBucketBroker: bucketBroker,
  serializer: v.optional(option.having<Serializer>('a serializer', 'encode', 'decode')),
  converter: v.optional(option.having<Converter>('a converter', 'convertInputs', 'convertOutputs')),
  unknownProperties: v.optional(option.oneOf(['drop', 'refuse', 'keep'])),
  unvalidatedPayloads: v.optional(option.oneOf(UNVALIDATED_PAYLOADS), 'warn'),
  actorDefaults: v.optional(objectOption<Partial<ActorOptions>>()),
  middlewares: v.optional(v.array(option.callable<ActorMiddleware>(), 'expected an array of functions'), []),
  producerMiddlewares: v.optional(v.array(option.callable<ProducerMiddleware>(), 'expected an array of functions')),
  maxPayloadBytes: v.optional(option.wholeNumber(1)),
  globalEnhancers: v.optional(option.boolean, false),
  worker: v.optional(objectOption<NonNullable<ConnectionOptions['worker']>>(), {}),
});

/**
 * Validates connection options and applies defaults.
 *
 * @throws InvalidOptionError that names the invalid option
 */
export function resolveConnectionOptions(options: ConnectionOptions, name: string) {
  const owner = `RepidModule (connection "${name}")`;
  const { worker, unknownProperties, converter, ...parsed } = parseOptions(schema, options, owner);
  const { autorun = false, ...workerOptions } = worker;
  parseOptions(v.strictObject({ autorun: option.boolean }), { autorun }, `worker of ${owner}`);
  resolveWorkerOptions(workerOptions);
  resolveActorOptions('actorDefaults', 'actorDefaults', parsed.actorDefaults);
  return {
    ...parsed,
    ...brokersFor(parsed),
    converter: converter ?? new ClassConverter({ unknownProperties }),
    worker: workerOptions as WorkerOptions,
    autorun,
  };
}

type Brokers = Pick<ConnectionOptions, 'messageBroker' | 'argsBucketBroker' | 'resultsBucketBroker'>;

/** In-memory brokers share one clock, so advancing it affects delays and times to live alike. */
function brokersFor({ messageBroker, argsBucketBroker, resultsBucketBroker }: Brokers) {
  const clock = new AdjustableClock();
  const buckets = messageBroker === undefined ? new InMemoryBucketBroker({ clock }) : null;
  return {
    messageBroker: messageBroker ?? new InMemoryMessageBroker({ clock }),
    argsBucketBroker: argsBucketBroker === undefined ? buckets : argsBucketBroker,
    resultsBucketBroker: resultsBucketBroker === undefined ? buckets : resultsBucketBroker,
  };
}
