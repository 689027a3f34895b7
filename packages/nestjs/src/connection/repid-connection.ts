import { Logger, type OnApplicationBootstrap, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { ActorDefinitionError, InvalidOptionError, Router, type MessageBroker, type Producer } from '@repid/core';
import type { Repid } from '../client/index.js';
import { ActorExplorer } from '../discovery/index.js';
import type { RepidEvents } from '../events/index.js';
import type { ActorFactory } from '../execution/index.js';
import type { RepidWorker } from '../worker/index.js';
import type { ResolvedConnectionOptions } from './connection-options.js';

/** The core connection: brokers, buckets, serializer. */
export type EngineConnection = Producer['connection'];

/** The constructor arguments of `RepidConnection`. */
export interface ConnectionParts {
  readonly name: string;
  readonly options: ResolvedConnectionOptions;
  readonly broker: MessageBroker;
  readonly repid: Repid;
  readonly worker: RepidWorker;
  readonly events: RepidEvents;
  readonly explorer: ActorExplorer;
  readonly factory: ActorFactory;
}

/**
 * Ties a connection to the application's lifecycle: finds its actors in `onModuleInit`, enables its worker in
 * `onApplicationBootstrap`, and disconnects its brokers in `onApplicationShutdown`.
 */
export class RepidConnection implements OnModuleInit, OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('Repid');
  private ownRouter: Router | undefined;

  constructor(private readonly parts: ConnectionParts) {}

  get name(): string {
    return this.parts.name;
  }

  get repid(): Repid {
    return this.parts.repid;
  }

  get worker(): RepidWorker {
    return this.parts.worker;
  }

  get engine(): EngineConnection {
    return this.parts.repid.producer.connection;
  }

  /** The actors of this connection; empty before `onModuleInit`. */
  get router(): Router {
    return this.ownRouter ?? new Router([]);
  }

  /** @throws ActorDefinitionError, DuplicateActorError, InvalidOptionError, UnsupportedError */
  onModuleInit(): void {
    const { explorer, factory, options, broker, events, name } = this.parts;
    const names = explorer.instancesOf(RepidConnection).map((connection) => connection.name);
    requireUnique(names);
    const found = explorer.explore();
    const listeners = explorer.listeners();
    for (const { label, connection } of found) requireKnownConnection(`Actor "${label}"`, connection, names);
    for (const { label, connection } of listeners) requireKnownConnection(`Listener "${label}"`, connection, names);
    for (const { type, connection, listener } of listeners) if (connection === name) events.on(type, listener);
    const own = found.filter((actor) => actor.connection === name);
    this.ownRouter = new Router(own.map((actor) => factory.make(actor, options, broker)));
    for (const {
      label,
      options: { channel, name: topic },
    } of this.ownRouter.actors) {
      this.logger.debug(`Actor "${label}" takes topic "${topic}" of channel "${channel}".`);
    }
  }

  onApplicationBootstrap(): void {
    this.parts.worker.setRouter(this.router);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.parts.repid.disconnect();
  }
}

function requireUnique(names: readonly string[]): void {
  const duplicate = names.find((name, index) => names.indexOf(name) !== index);
  if (duplicate === undefined) return;
  throw new InvalidOptionError(
    `Connection "${duplicate}" is configured twice. Import RepidModule.forRoot() once per connection; give each additional connection a "name". In a test of a module that imports it, override the brokers.`,
  );
}

function requireKnownConnection(subject: string, connection: string, names: readonly string[]): void {
  if (names.includes(connection)) return;
  throw new ActorDefinitionError(
    `${subject} is on connection "${connection}", which is not configured. Known connections: ${names.join(', ')}.`,
  );
}
