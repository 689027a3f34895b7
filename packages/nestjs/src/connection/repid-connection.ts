import { Logger, type OnApplicationBootstrap, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { ActorDefinitionError, InvalidOptionError, Router, type MessageBroker, type Producer } from '@repid/core';
import type { Repid } from '../client/index.js';
import { ActorExplorer, type FoundActor } from '../discovery/index.js';
import type { ActorFactory } from '../execution/index.js';
import type { RepidWorker } from '../worker/index.js';
import type { ResolvedConnectionOptions } from './connection-options.js';

/** The engine's side of a connection: brokers, buckets, serializer. */
export type EngineConnection = Producer['connection'];

/** What a connection holds together. */
export interface ConnectionParts {
  readonly name: string;
  readonly options: ResolvedConnectionOptions;
  readonly broker: MessageBroker;
  readonly repid: Repid;
  readonly worker: RepidWorker;
  readonly explorer: ActorExplorer;
  readonly factory: ActorFactory;
}

/**
 * A connection's way through the application's life: finds its actors when everything has been made, lets its worker run
 * when the application has started, and disconnects its brokers last.
 */
export class RepidConnection implements OnModuleInit, OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('Repid');
  private found: Router | undefined;

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

  /** The actors of this connection; none before they have been looked for. */
  get router(): Router {
    return this.found ?? new Router([]);
  }

  /** @throws ActorDefinitionError, DuplicateActorError, InvalidOptionError, UnsupportedError */
  onModuleInit(): void {
    const { explorer, factory, options, broker, name } = this.parts;
    const names = explorer.instancesOf(RepidConnection).map((connection) => connection.name);
    refuseTwice(names);
    const found = explorer.explore();
    for (const actor of found) requireKnown(actor, names);
    const own = found.filter((actor) => actor.connection === name);
    this.found = new Router(own.map((actor) => factory.make(actor, options, broker)));
    for (const {
      label,
      options: { channel, name: topic },
    } of this.found.actors) {
      this.logger.debug(`Actor "${label}" takes topic "${topic}" of channel "${channel}".`);
    }
  }

  onApplicationBootstrap(): void {
    this.parts.worker.open(this.router);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.parts.repid.disconnect();
  }
}

function refuseTwice(names: readonly string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return;
  throw new InvalidOptionError(
    `Connection "${twice}" is configured twice. Import RepidModule.forRoot() once per connection; give a further one a "name".`,
  );
}

function requireKnown({ label, connection }: FoundActor, names: readonly string[]): void {
  if (names.includes(connection)) return;
  throw new ActorDefinitionError(
    `Actor "${label}" is on connection "${connection}", which is not configured. Known connections: ${names.join(', ')}.`,
  );
}
