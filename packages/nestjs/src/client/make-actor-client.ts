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
import type { ClientSettings } from './client-settings.js';

/**
 * Makes the client that `repid.actors()` returns.
 *
 * @throws ActorDefinitionError if `actorClass` is not a class or has no actors
 */
export function makeActorClient(actorClass: Type, repid: Repid, settings: ClientSettings): object {
  if (typeof actorClass !== 'function')
    throw new ActorDefinitionError(
      'The argument of repid.actors() is not a class. Pass the class whose actors should run the jobs.',
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
      : { get: () => throwNotAnActor(actorClass, method, actors) };
    Object.defineProperty(client, method, descriptor);
  }
  return client;
}

/** Enqueues a job. Its `job` only makes it. */
type Enqueuer = ((payload?: unknown, options?: JobOptions) => Promise<Job>) & { job: JobMaker };

type JobMaker = (payload?: unknown, options?: JobOptions) => Job;

function enqueuer(actorClass: Type, method: string, repid: Repid, settings: ClientSettings): Enqueuer {
  const prototype = actorClass.prototype as object;
  const label = `${actorClass.name}.${method}`;
  const own = [actorDefaultsOf(prototype), actorOptionsOf(prototype, method)];
  const { name, channel } = resolveActorOptions(label, method, settings.actorDefaults, ...own);
  const connection = connectionOf(own);
  const field = onlyField(prototype, method, label);
  const job: JobMaker = (payload, options = {}) => {
    checkConnection(label, connection, settings.connection ?? 'default');
    refuseOptions(label, options, ['args', 'channel']);
    return repid.job(name, { ...options, channel, args: wrap(payload, field) });
  };
  const enqueue = async (payload?: unknown, options?: JobOptions) => {
    refuseOptions(label, options, ['argsFrom']);
    return job(payload, options).enqueue();
  };
  return Object.assign(enqueue, { job });
}

/** Returns the payload field that an actor takes if it is the only part of the payload that the actor takes. */
function onlyField(prototype: object, method: string, label: string): string | undefined {
  const sources = readParameters(prototype, method, label).map(({ source }) => source);
  const [only, ...others] = sources.filter((source) => source.from === 'payload');
  return others.length === 0 ? only?.field : undefined;
}

/** Wraps a bare value in an object with the actor's only field. An object that has the field is returned unchanged. */
function wrap(payload: unknown, field: string | undefined): unknown {
  if (field === undefined || payload === undefined) return payload;
  const holdsField = typeof payload === 'object' && payload !== null && Object.hasOwn(payload, field);
  return holdsField ? payload : { [field]: payload };
}

/** @throws InvalidOptionError for an option that the client sets itself */
function refuseOptions(label: string, options: JobOptions | undefined, reserved: readonly string[]): void {
  const found = options && reserved.find((name) => Object.hasOwn(options, name));
  if (found === undefined) return;
  throw new InvalidOptionError(
    `Option "${found}" cannot be passed to a call of "${label}": the client sets it. Remove it, or use repid.job().`,
  );
}

function checkConnection(label: string, connection: string, own: string): void {
  if (connection === own) return;
  throw new ActorDefinitionError(
    `Actor "${label}" is on connection "${connection}", but this client is for "${own}". Inject the client with @InjectRepid('${connection}').`,
  );
}

function throwNotAnActor(actorClass: Type, method: string, actors: readonly string[]): never {
  throw new ActorDefinitionError(
    `"${actorClass.name}.${method}" is not an actor. Decorate it with @Actor(), or call one of: ${actors.join(', ')}.`,
  );
}
