import {
  EXCEPTION_FILTERS_METADATA,
  GUARDS_METADATA,
  INTERCEPTORS_METADATA,
  PIPES_METADATA,
} from '@nestjs/common/constants.js';
import { ActorDefinitionError } from '@repid/core';
import type { FoundActor } from '../discovery/index.js';
import { parameterEntries } from '../parameter/parameter-metadata.js';
import { pipesEnd } from '../parameter/pipes-end.js';

/** What was declared on an actor and its class; instances, or classes that Nest makes. */
export interface Enhancers {
  readonly guards: readonly unknown[];
  readonly interceptors: readonly unknown[];
  readonly pipes: readonly unknown[];
  /** The method's before those of its class. */
  readonly filters: readonly unknown[];
}

/** @throws ActorDefinitionError for one that Nest has not made: it would be left out without a word */
export function enhancersOf(actor: FoundActor): Enhancers {
  const { prototype } = actor.candidate;
  const parameters = Object.values(parameterEntries(prototype, actor.method));
  const parameterPipes = parameters.flatMap(({ pipes }) => pipes).filter((pipe) => pipe !== pipesEnd);
  const enhancers = {
    guards: declared(actor, GUARDS_METADATA),
    interceptors: declared(actor, INTERCEPTORS_METADATA),
    pipes: [...declared(actor, PIPES_METADATA), ...parameterPipes],
    filters: declared(actor, EXCEPTION_FILTERS_METADATA),
  };
  for (const enhancer of Object.values(enhancers).flat()) requireMade(enhancer, actor);
  return enhancers;
}

function declared({ candidate: { prototype }, method }: FoundActor, key: string): unknown[] {
  const callback = (prototype as Record<string, Function>)[method] as Function;
  return [callback, prototype.constructor].flatMap(
    (target) => (Reflect.getMetadata(key, target) as unknown[] | undefined) ?? [],
  );
}

function requireMade(enhancer: unknown, { candidate: { wrapper }, label }: FoundActor): void {
  if (typeof enhancer !== 'function' || wrapper.host?.injectables.has(enhancer)) return;
  throw new ActorDefinitionError(
    `"${enhancer.name}" on actor "${label}" cannot be made, because a factory makes the actor's class and Nest does not look into it. ` +
      'Provide the class itself, or give an instance in place of the class.',
  );
}
