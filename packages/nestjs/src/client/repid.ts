import type { Type } from '@nestjs/common';
import { Repid as Engine, type RepidOptions } from '@repid/core';
import { makeActorClient } from './make-actor-client.js';
import type { ActorClient } from './actor-client.js';
import type { ClientSettings } from './client-settings.js';

/** Creates jobs, sends messages and manages channels over one connection. Inject it where you create jobs. */
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
   * Returns a client for the actors of a class, typed by their methods: `await repid.actors(Mail).send({ to })` enqueues
   * a job and returns it; `repid.actors(Mail).send.job({ to })` only makes it. This process need not provide the class.
   *
   * @throws ActorDefinitionError if the class has no actors
   */
  actors<T>(actorClass: Type<T>): ActorClient<T> {
    if (!this.clients.has(actorClass)) this.clients.set(actorClass, makeActorClient(actorClass, this, this.settings));
    return this.clients.get(actorClass) as ActorClient<T>;
  }
}
