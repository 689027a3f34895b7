import type { Type } from '@nestjs/common';
import { Repid as Engine, type ActorOptions, type RepidOptions } from '@repid/core';
import { makeActorClient } from './make-actor-client.js';
import type { ActorClient } from './actor-client.js';

/** What a client must know of its connection to name its actors' topics and channels. */
export interface ClientSettings {
  /** @default 'default' */
  readonly connection?: string;
  readonly actorDefaults?: Partial<ActorOptions>;
}

/** Makes jobs, sends messages and looks after channels, over one connection. Inject it where jobs are made. */
export class Repid extends Engine {
  private readonly clients = new Map<Type, unknown>();

  /** @throws InvalidOptionError */
  constructor(
    options: RepidOptions = {},
    private readonly settings: ClientSettings = {},
  ) {
    super(options);
  }

  /**
   * A client of a class's actors, typed by their methods: `await repid.actors(Mail).send({ to })` enqueues and answers
   * the job. The class needs no provider in this process.
   *
   * @throws ActorDefinitionError for a class without actors
   */
  actors<T>(actorClass: Type<T>): ActorClient<T> {
    if (!this.clients.has(actorClass)) this.clients.set(actorClass, makeActorClient(actorClass, this, this.settings));
    return this.clients.get(actorClass) as ActorClient<T>;
  }
}
