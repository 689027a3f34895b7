import type { FactoryProvider, Provider } from '@nestjs/common';
import type { BucketBroker, MessageBroker, RepidEvent } from '@repid/core';
import { Repid } from '../client/index.js';
import { ActorExplorer } from '../discovery/index.js';
import { logEvents, RepidEvents } from '../events/index.js';
import { ActorFactory, ExternalContexts } from '../execution/index.js';
import { RepidWorker } from '../worker/index.js';
import {
  resolveConnectionOptions,
  type ConnectionOptions,
  type ResolvedConnectionOptions,
} from './connection-options.js';
import { RepidConnection } from './repid-connection.js';
import {
  getArgsBucketBrokerToken,
  getEventsToken,
  getMessageBrokerToken,
  getRepidToken,
  getResultsBucketBrokerToken,
  getWorkerToken,
} from './tokens.js';

/** Returns the token of a connection's validated options. */
export const getOptionsToken = (name: string): string => `repid:options:${name}`;

/** Returns the token of a `RepidConnection`. */
export const getConnectionToken = (name: string): string => `repid:connection:${name}`;

/**
 * Returns the providers of a connection.
 *
 * @param optionsToken the token of the options as the user gave them
 */
export function connectionProviders(name: string, optionsToken: string | symbol): Provider[] {
  const options = { inject: [getOptionsToken(name)] };
  return [
    {
      provide: getOptionsToken(name),
      inject: [optionsToken],
      useFactory: (given: ConnectionOptions) => resolveConnectionOptions(given, name),
    },
    {
      provide: getMessageBrokerToken(name),
      ...options,
      useFactory: (resolved: ResolvedConnectionOptions) => resolved.messageBroker,
    },
    {
      provide: getArgsBucketBrokerToken(name),
      ...options,
      useFactory: (resolved: ResolvedConnectionOptions) => resolved.argsBucketBroker,
    },
    {
      provide: getResultsBucketBrokerToken(name),
      ...options,
      useFactory: (resolved: ResolvedConnectionOptions) => resolved.resultsBucketBroker,
    },
    { provide: getEventsToken(name), useFactory: () => new RepidEvents() },
    repidProvider(name),
    {
      provide: getWorkerToken(name),
      inject: [getRepidToken(name), getOptionsToken(name)],
      useFactory: (repid: Repid, { worker }: ResolvedConnectionOptions) => new RepidWorker(repid.producer, worker),
    },
    connectionProvider(name),
    ActorExplorer,
    ActorFactory,
    ExternalContexts,
  ];
}

/** Returns the tokens of a connection that other modules may inject. */
export function connectionExports(name: string): (string | Function)[] {
  return [
    getRepidToken(name),
    getWorkerToken(name),
    getEventsToken(name),
    getMessageBrokerToken(name),
    getArgsBucketBrokerToken(name),
    getResultsBucketBrokerToken(name),
    getConnectionToken(name),
    getOptionsToken(name),
  ];
}

function repidProvider(name: string): FactoryProvider<Repid> {
  const brokers = [getMessageBrokerToken(name), getArgsBucketBrokerToken(name), getResultsBucketBrokerToken(name)];
  return {
    provide: getRepidToken(name),
    inject: [getOptionsToken(name), getEventsToken(name), ...brokers],
    useFactory: (
      { serializer, converter, producerMiddlewares, maxPayloadBytes, actorDefaults }: ResolvedConnectionOptions,
      events: RepidEvents,
      messageBroker: MessageBroker,
      argsBucketBroker: BucketBroker | null,
      resultsBucketBroker: BucketBroker | null,
    ) => {
      const parts = {
        messageBroker,
        argsBucketBroker,
        resultsBucketBroker,
        serializer,
        converter,
        producerMiddlewares,
        maxPayloadBytes,
      };
      const log = logEvents();
      const onEvent = (event: RepidEvent): void => {
        log(event);
        events.emit(event);
      };
      const repid = new Repid({ ...parts, onEvent }, { connection: name, actorDefaults });
      events.listenTo(repid.producer.connection);
      return repid;
    },
  };
}

function connectionProvider(name: string): FactoryProvider<RepidConnection> {
  return {
    provide: getConnectionToken(name),
    inject: [
      getOptionsToken(name),
      getMessageBrokerToken(name),
      getRepidToken(name),
      getWorkerToken(name),
      getEventsToken(name),
      ActorExplorer,
      ActorFactory,
    ],
    useFactory: (
      options: ResolvedConnectionOptions,
      broker: MessageBroker,
      repid: Repid,
      worker: RepidWorker,
      events: RepidEvents,
      explorer: ActorExplorer,
      factory: ActorFactory,
    ) => new RepidConnection({ name, options, broker, repid, worker, events, explorer, factory }),
  };
}
