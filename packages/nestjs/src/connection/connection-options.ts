import * as v from 'valibot';
import {
  AdjustableClock,
  InMemoryBucketBroker,
  InMemoryMessageBroker,
  resolveActorOptions,
  resolveWorkerOptions,
  type ActorMiddleware,
  type ActorOptions,
  type BucketBroker,
  type Converter,
  type MessageBroker,
  type ProducerMiddleware,
  type Serializer,
  type WorkerOptions,
} from '@repid/core';
import { option, parseOptions } from '@repid/core/internal';
import { ClassConverter, type UnknownProperties } from '../payload/index.js';

/** What a connection is made of, and how its actors and its worker go about their work. */
export interface ConnectionOptions {
  /** @default in memory */
  messageBroker?: MessageBroker;
  /** Keeps arguments; null for none. @default in memory beside the default message broker, otherwise none */
  argsBucketBroker?: BucketBroker | null;
  /** Keeps results; null for none. @default in memory beside the default message broker, otherwise none */
  resultsBucketBroker?: BucketBroker | null;
  /** @default JSON */
  serializer?: Serializer;
  /** @default a ClassConverter: class-validator's classes, primitives and Standard Schemas */
  converter?: Converter;
  /** What becomes of properties that a payload's class does not declare. Only for the default converter. @default 'drop' */
  unknownProperties?: UnknownProperties;
  /** For every actor of the connection; its class and its method may say otherwise. */
  actorDefaults?: Partial<ActorOptions>;
  /** Around each run of an actor; the first is the outermost. */
  middlewares?: ActorMiddleware[];
  /** Around each act of publishing; the first is the outermost. */
  producerMiddlewares?: ProducerMiddleware[];
  /** The largest payload together with its headers, arguments bucket or result, in bytes. @default 5 MiB */
  maxPayloadBytes?: number;
  /** Run the application's global guards, interceptors, pipes and filters for actors too. @default false */
  globalEnhancers?: boolean;
  /** Defaults of `RepidWorker.run()`. With `autorun` the worker runs from `onApplicationBootstrap` on. */
  worker?: WorkerOptions & { autorun?: boolean };
}

/** Connection options, checked, with their defaults filled in. */
export type ResolvedConnectionOptions = ReturnType<typeof resolveConnectionOptions>;

const bucketBroker = v.optional(
  v.nullable(option.having<BucketBroker>('a bucket broker, or null', 'get', 'store', 'delete', 'wait')),
);

const anObject = <T extends object>() =>
  v.custom<T>((value) => typeof value === 'object' && value !== null, 'expected an object');

const schema = v.strictObject({
  messageBroker: v.optional(option.having<MessageBroker>('a message broker', 'publish', 'consume', 'connect')),
  argsBucketBroker: bucketBroker,
  resultsBucketBroker: bucketBroker,
  serializer: v.optional(option.having<Serializer>('a serializer', 'encode', 'decode')),
  converter: v.optional(option.having<Converter>('a converter', 'convertInputs', 'convertOutputs')),
  unknownProperties: v.optional(option.oneOf(['drop', 'refuse', 'keep'])),
  actorDefaults: v.optional(anObject<Partial<ActorOptions>>()),
  middlewares: v.optional(v.array(option.callable<ActorMiddleware>(), 'expected an array of functions'), []),
  producerMiddlewares: v.optional(v.array(option.callable<ProducerMiddleware>(), 'expected an array of functions')),
  maxPayloadBytes: v.optional(option.wholeNumber(1)),
  globalEnhancers: v.optional(option.boolean, false),
  worker: v.optional(anObject<NonNullable<ConnectionOptions['worker']>>(), {}),
});

/** @throws InvalidOptionError that names the option */
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

/** In memory they share one clock, so that moving it moves delays and times to live together. */
function brokersFor({ messageBroker, argsBucketBroker, resultsBucketBroker }: Brokers) {
  const clock = new AdjustableClock();
  const buckets = messageBroker === undefined ? new InMemoryBucketBroker({ clock }) : null;
  return {
    messageBroker: messageBroker ?? new InMemoryMessageBroker({ clock }),
    argsBucketBroker: argsBucketBroker === undefined ? buckets : argsBucketBroker,
    resultsBucketBroker: resultsBucketBroker === undefined ? buckets : resultsBucketBroker,
  };
}
