import { Injectable } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { ActorDefinitionError } from '@repid/core';
import { actorDefaultsOf, actorOptionsOf, connectionOf, misplacedOf } from '../actor/actor-metadata.js';
import { candidatesFrom, type Candidate } from './candidate.js';
import type { FoundActor } from './found-actor.js';

/** Finds the actors among the providers and controllers of the application. */
@Injectable()
export class ActorExplorer {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
  ) {}

  /** @throws ActorDefinitionError for an `@Actor()` that cannot be one, and for a class of which there are two */
  explore(): FoundActor[] {
    const candidates = candidatesFrom([...this.discovery.getProviders(), ...this.discovery.getControllers()]);
    const found = candidates.flatMap((candidate) => this.exploreOne(candidate));
    refuseTwins(found);
    return found;
  }

  /** The instances of this class among the providers. */
  instancesOf<T extends object>(type: abstract new (...args: never[]) => T): T[] {
    const instances = candidatesFrom(this.discovery.getProviders()).map(({ instance }) => instance);
    return instances.filter((instance): instance is T => instance instanceof type);
  }

  private exploreOne(candidate: Candidate): FoundActor[] {
    const { prototype } = candidate;
    const [problem] = typeof prototype.constructor === 'function' ? misplacedOf(prototype.constructor) : [];
    if (problem) throw new ActorDefinitionError(`An @Actor() is misplaced: ${problem}`);
    return this.scanner
      .getAllMethodNames(prototype)
      .filter((method) => actorOptionsOf(prototype, method))
      .map((method) => describe(candidate, method));
  }
}

function describe(candidate: Candidate, method: string): FoundActor {
  const { prototype } = candidate;
  const layers = [actorDefaultsOf(prototype) ?? {}, actorOptionsOf(prototype, method) ?? {}];
  return {
    candidate,
    method,
    label: `${prototype.constructor.name}.${method}`,
    layers,
    connection: connectionOf(layers),
  };
}

/** One class in the providers of two modules makes two instances, and both would take the same messages. */
function refuseTwins(found: readonly FoundActor[]): void {
  const firsts = new Map<object, FoundActor>();
  for (const actor of found) {
    const { prototype, wrapper } = actor.candidate;
    const first = firsts.get(prototype);
    if (first === undefined) firsts.set(prototype, actor);
    else if (first.candidate.wrapper !== wrapper) throw twins(first, actor);
  }
}

function twins(one: FoundActor, other: FoundActor): ActorDefinitionError {
  const modules = [one, other].map(({ candidate }) => `"${candidate.wrapper.host?.name ?? 'unknown'}"`).join(' and ');
  return new ActorDefinitionError(
    `There are two instances of "${one.candidate.prototype.constructor.name}", in modules ${modules}, and both have the actor ` +
      `"${one.label}". Provide the class in one module, and export it there.`,
  );
}
