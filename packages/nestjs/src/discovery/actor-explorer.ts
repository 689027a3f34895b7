import { Injectable } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { ActorDefinitionError } from '@repid/core';
import { actorDefaultsOf, actorOptionsOf, connectionOf, misplacedOf } from '../actor/actor-metadata.js';
import { listenersOf, type FoundListener } from '../events/index.js';
import { candidatesFrom, type Candidate } from './candidate.js';
import type { FoundActor } from './found-actor.js';

/** Finds the actors among the providers and controllers of the application. */
@Injectable()
export class ActorExplorer {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
  ) {}

  /** @throws ActorDefinitionError for a misplaced `@Actor()`, and for a class with two instances */
  explore(): FoundActor[] {
    const found = this.candidates().flatMap((candidate) => this.exploreOne(candidate));
    requireOneInstancePerClass(found);
    return found;
  }

  /** Returns the providers that are instances of this class. */
  instancesOf<T extends object>(type: abstract new (...args: never[]) => T): T[] {
    const instances = candidatesFrom(this.discovery.getProviders()).map(({ instance }) => instance);
    return instances.filter((instance): instance is T => instance instanceof type);
  }

  /** Returns the methods with `@OnRepidEvent()`. @throws ActorDefinitionError if a class has no single instance */
  listeners(): FoundListener[] {
    return this.candidates().flatMap((candidate) => this.listenersOf(candidate));
  }

  private listenersOf({ prototype, instance }: Candidate): FoundListener[] {
    return this.scanner.getAllMethodNames(prototype).flatMap((method) =>
      listenersOf(prototype, method).map((declared) => {
        const label = `${prototype.constructor.name}.${method}`;
        if (instance === undefined) throw scopedListener(label);
        const listener: FoundListener['listener'] = (event) =>
          (instance as Record<string, FoundListener['listener']>)[method]!(event);
        return { ...declared, label, listener };
      }),
    );
  }

  private candidates(): Candidate[] {
    return candidatesFrom([...this.discovery.getProviders(), ...this.discovery.getControllers()]);
  }

  private exploreOne(candidate: Candidate): FoundActor[] {
    const { prototype } = candidate;
    const [problem] = typeof prototype.constructor === 'function' ? misplacedOf(prototype.constructor) : [];
    if (problem) throw new ActorDefinitionError(`Misplaced @Actor(): ${problem}`);
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

function scopedListener(label: string): ActorDefinitionError {
  return new ActorDefinitionError(
    `"${label}" has @OnRepidEvent(), but its class is transient or request-scoped, so it has no instance to call. ` +
      'Move the method to a provider of default scope.',
  );
}

/** A class provided in two modules has two instances, and both would take the same messages. */
function requireOneInstancePerClass(found: readonly FoundActor[]): void {
  const firsts = new Map<object, FoundActor>();
  for (const actor of found) {
    const { prototype, wrapper } = actor.candidate;
    const first = firsts.get(prototype);
    if (first === undefined) firsts.set(prototype, actor);
    else if (first.candidate.wrapper !== wrapper) throw duplicateInstance(first, actor);
  }
}

function duplicateInstance(one: FoundActor, other: FoundActor): ActorDefinitionError {
  const modules = [one, other].map(({ candidate }) => `"${candidate.wrapper.host?.name ?? 'unknown'}"`).join(' and ');
  return new ActorDefinitionError(
    `Class "${one.candidate.prototype.constructor.name}" with actor "${one.label}" has two instances, in modules ${modules}. ` +
      'Provide the class in one module, and export it there.',
  );
}
