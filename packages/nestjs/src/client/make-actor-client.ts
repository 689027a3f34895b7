import { MetadataScanner } from '@nestjs/core';
import type { Type } from '@nestjs/common';
import {
  ActorDefinitionError,
  InvalidOptionError,
  resolveActorOptions,
  type Job,
  type JobOptions,
  type Repid,
} from '@repid/core';
import { actorDefaultsOf, actorOptionsOf, connectionOf } from '../actor/actor-metadata.js';
import { readParameters } from '../parameter/read-parameters.js';
import type { ClientSettings } from './repid.js';

/** @throws ActorDefinitionError for what is no class, or one without actors */
export function makeActorClient(actorClass: Type, repid: Repid, settings: ClientSettings): object {
  if (typeof actorClass !== 'function')
    throw new ActorDefinitionError(
      'repid.actors() was not given a class. Give the class whose actors are to run the jobs.',
    );
  const prototype = actorClass.prototype as object;
  const methods = new MetadataScanner().getAllMethodNames(prototype);
  const actors = methods.filter((method) => actorOptionsOf(prototype, method));
  if (actors.length === 0)
    throw new ActorDefinitionError(`Class "${actorClass.name}" has no actors. Decorate a method with @Actor().`);
  const client = {};
  for (const method of methods) {
    const descriptor = actors.includes(method)
      ? { value: enqueuer(actorClass, method, repid, settings), enumerable: true }
      : { get: () => refuse(actorClass, method, actors) };
    Object.defineProperty(client, method, descriptor);
  }
  return client;
}

type Enqueuer = (payload?: unknown, options?: JobOptions) => Promise<Job>;

function enqueuer(actorClass: Type, method: string, repid: Repid, settings: ClientSettings): Enqueuer {
  const prototype = actorClass.prototype as object;
  const label = `${actorClass.name}.${method}`;
  const own = [actorDefaultsOf(prototype), actorOptionsOf(prototype, method)];
  const { name, channel } = resolveActorOptions(label, method, settings.actorDefaults, ...own);
  const connection = connectionOf(own);
  const field = soleField(prototype, method, label);
  return async (payload, options = {}) => {
    checkConnection(label, connection, settings.connection ?? 'default');
    checkCallOptions(label, options);
    return repid.job(name, { ...options, channel, args: wrap(payload, field) }).enqueue();
  };
}

/** The field that an actor takes, where it takes one and nothing else of the payload. */
function soleField(prototype: object, method: string, label: string): string | undefined {
  const sources = readParameters(prototype, method, label).map(({ source }) => source);
  const [sole, ...others] = sources.filter((source) => source.from === 'payload');
  return others.length === 0 ? sole?.field : undefined;
}

/** An actor that takes one field may be given its value; the payload is an object all the same. */
function wrap(payload: unknown, field: string | undefined): unknown {
  if (field === undefined || payload === undefined) return payload;
  const holdsField = typeof payload === 'object' && payload !== null && Object.hasOwn(payload, field);
  return holdsField ? payload : { [field]: payload };
}

/** What follows from the actor, or is given as its payload, would be overwritten. */
function checkCallOptions(label: string, options: JobOptions): void {
  const doubled = ['args', 'channel'].find((name) => Object.hasOwn(options, name));
  if (doubled === undefined) return;
  throw new InvalidOptionError(
    `Option "${doubled}" of a call of "${label}" is given, and follows from the call. Leave it out, or use repid.job().`,
  );
}

function checkConnection(label: string, connection: string, own: string): void {
  if (connection === own) return;
  throw new ActorDefinitionError(
    `"${label}" is an actor of connection "${connection}", and this client is of "${own}". Take the one injected with @InjectRepid('${connection}').`,
  );
}

function refuse(actorClass: Type, method: string, actors: readonly string[]): never {
  throw new ActorDefinitionError(
    `"${actorClass.name}.${method}" is not an actor. Decorate it with @Actor(), or call one of: ${actors.join(', ')}.`,
  );
}
