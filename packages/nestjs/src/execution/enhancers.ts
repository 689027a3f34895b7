import {
  EXCEPTION_FILTERS_METADATA,
  GUARDS_METADATA,
  INTERCEPTORS_METADATA,
  PIPES_METADATA,
} from '@nestjs/common/constants.js';
import { ActorDefinitionError } from '@repid/core';
import type { FoundActor } from '../discovery/index.js';
import { parameterEntries } from '../parameter/parameter-metadata.js';
import { pipeCounter } from '../parameter/pipe-counter.js';

/** The enhancers declared on an actor and its class: instances, or classes that Nest instantiates. */
export interface Enhancers {
  readonly guards: readonly unknown[];
  readonly interceptors: readonly unknown[];
  readonly pipes: readonly unknown[];
  /** The method's filters, then those of its class. */
  readonly filters: readonly unknown[];
}

/** @throws ActorDefinitionError for an enhancer class that Nest did not instantiate: Nest would silently ignore it */
export function enhancersOf(actor: FoundActor): Enhancers {
  const { prototype } = actor.candidate;
  const parameters = Object.values(parameterEntries(prototype, actor.method));
  const parameterPipes = parameters.flatMap(({ pipes }) => pipes).filter((pipe) => pipe !== pipeCounter);
  const enhancers = {
    guards: declared(actor, GUARDS_METADATA),
    interceptors: declared(actor, INTERCEPTORS_METADATA),
    pipes: [...declared(actor, PIPES_METADATA), ...parameterPipes],
    filters: declared(actor, EXCEPTION_FILTERS_METADATA),
  };
  for (const enhancer of Object.values(enhancers).flat()) requireInstantiated(enhancer, actor);
  return enhancers;
}

function declared({ candidate: { prototype }, method }: FoundActor, key: string): unknown[] {
  const callback = (prototype as Record<string, Function>)[method] as Function;
  return [callback, prototype.constructor].flatMap(
    (target) => (Reflect.getMetadata(key, target) as unknown[] | undefined) ?? [],
  );
}

function requireInstantiated(enhancer: unknown, { candidate: { wrapper }, label }: FoundActor): void {
  if (typeof enhancer !== 'function' || wrapper.host?.injectables.has(enhancer)) return;
  throw new ActorDefinitionError(
    `"${enhancer.name}" on actor "${label}" is not instantiated: a factory provides the actor's class, and Nest does not inspect factories. ` +
      "Provide the actor's class itself, or pass an instance of the enhancer instead of its class.",
  );
}
