import * as v from 'valibot';
import type { BucketBroker } from '../bucket/index.js';
import type { MessageBroker } from '../broker/index.js';
import { BasicConverter, type Converter } from '../converter/index.js';
import { DEFAULTS } from '../defaults.js';
import { logToConsole, type EventListener, type JobEventListener } from '../events/index.js';
import { InMemoryBucketBroker, InMemoryMessageBroker } from '../memory/index.js';
import type { ProducerMiddleware } from './producer-middleware.js';
import { option, parseOptions } from '../options/index.js';
import { jsonSerializer, type Serializer } from '../serializer/index.js';

/** Options of a connection. By default everything is in memory. */
export interface RepidOptions {
  /** @default in memory */
  messageBroker?: MessageBroker;
  /** Stores arguments; null for none. @default in memory with the default message broker, otherwise none */
  argsBucketBroker?: BucketBroker | null;
  /** Stores results; null for none. @default in memory with the default message broker, otherwise none */
  resultsBucketBroker?: BucketBroker | null;
  /** @default JSON */
  serializer?: Serializer;
  /** @default converts primitives and values with a Standard Schema */
  converter?: Converter;
  /** Run around each publish call; the first one is the outermost. */
  producerMiddlewares?: ProducerMiddleware[];
  /** The maximum size of a payload with its headers, an arguments bucket, or a result, in bytes. @default 5 MiB */
  maxPayloadBytes?: number;
  /** Receives the events of every job: published, started, succeeded, failed. @default they are not made */
  onJobEvent?: JobEventListener;
  /** Receives the engine's events. @default writes warnings and errors to the console */
  onEvent?: EventListener;
}

const bucketBroker = option.having<BucketBroker>('a bucket broker, or null', 'get', 'store', 'delete', 'wait');

const schema = v.strictObject({
  messageBroker: v.optional(option.having<MessageBroker>('a message broker', 'publish', 'consume', 'connect')),
  argsBucketBroker: v.optional(v.nullable(bucketBroker)),
  resultsBucketBroker: v.optional(v.nullable(bucketBroker)),
  serializer: v.optional(option.having<Serializer>('a serializer', 'encode', 'decode'), jsonSerializer),
  converter: v.optional(option.having<Converter>('a converter', 'convertInputs', 'convertOutputs')),
  producerMiddlewares: v.optional(v.array(option.callable<ProducerMiddleware>(), 'expected an array of functions'), []),
  maxPayloadBytes: v.optional(option.wholeNumber(1), DEFAULTS.maxPayloadBytes),
  onEvent: v.optional(option.callable<EventListener>(), () => logToConsole),
  onJobEvent: v.optional(option.callable<JobEventListener>()),
});

/** The options with every default filled in. @throws InvalidOptionError */
export function resolveRepidOptions(options: RepidOptions) {
  const parsed = parseOptions(schema, options, 'Repid');
  const messageBroker = parsed.messageBroker ?? new InMemoryMessageBroker();
  // One clock for both, so that advancing it affects both.
  const memory =
    parsed.messageBroker === undefined ? new InMemoryBucketBroker({ clock: messageBroker.clock }) : undefined;
  return {
    ...parsed,
    converter: parsed.converter ?? new BasicConverter(),
    messageBroker,
    argsBucketBroker: (parsed.argsBucketBroker === undefined ? memory : parsed.argsBucketBroker) ?? undefined,
    resultsBucketBroker: (parsed.resultsBucketBroker === undefined ? memory : parsed.resultsBucketBroker) ?? undefined,
  };
}
