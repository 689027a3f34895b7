import { Injectable } from '@nestjs/common';
import { ApplicationConfig } from '@nestjs/core';
import {
  requireCapability,
  resolveActorOptions,
  type Actor,
  type ActorMiddleware,
  type MessageBroker,
} from '@repid/core';
import type { ResolvedConnectionOptions } from '../connection/connection-options.js';
import type { FoundActor } from '../discovery/index.js';
import { isCustomKey, parameterEntries } from '../parameter/parameter-metadata.js';
import { readParameters, type PlacedParameter } from '../parameter/read-parameters.js';
import { enhancersOf, type Enhancers } from './enhancers.js';
import { ExternalContexts } from './external-contexts.js';
import { observingMiddleware } from './filters.js';
import { runBare, runThroughNest, type CallFor } from './run-actor.js';
import { scopedCall } from './scoped-call.js';

type Settings = Pick<ResolvedConnectionOptions, 'actorDefaults' | 'middlewares' | 'globalEnhancers'>;

/** Makes the engine's actors of what was found. */
@Injectable()
export class ActorFactory {
  constructor(
    private readonly contexts: ExternalContexts,
    private readonly application: ApplicationConfig,
  ) {}

  /** @throws ActorDefinitionError, InvalidOptionError, UnsupportedError */
  make(found: FoundActor, settings: Settings, broker: MessageBroker): Actor {
    const { candidate, method, label, layers } = found;
    const enhancers = enhancersOf(found);
    const parameters = readParameters(candidate.prototype, method, label);
    const ownLayers = [{ middlewares: settings.middlewares }, settings.actorDefaults, ...layers];
    const options = resolveActorOptions(
      label,
      method,
      { middlewares: this.observers(found, enhancers, settings) },
      ...ownLayers,
    );
    if (ownLayers.some((layer) => layer?.retryPolicy))
      requireCapability(broker, 'delay', `The retryPolicy of actor "${label}"`);
    return {
      label,
      options,
      parameters: parameters.map(({ source }) => source),
      run: this.runFor(found, enhancers, parameters, settings),
    };
  }

  private observers(found: FoundActor, enhancers: Enhancers, { globalEnhancers }: Settings): ActorMiddleware[] {
    const filters = [...enhancers.filters, ...(globalEnhancers ? this.application.getGlobalFilters() : [])];
    return filters.length === 0 ? [] : [observingMiddleware(found, filters)];
  }

  private runFor(
    found: FoundActor,
    enhancers: Enhancers,
    parameters: readonly PlacedParameter[],
    settings: Settings,
  ): Actor['run'] {
    const { candidate, method } = found;
    const withGlobals = settings.globalEnhancers;
    const { guards, interceptors, pipes } = enhancers;
    const isPlain =
      guards.length + interceptors.length + pipes.length === 0 && !withGlobals && !hasForeignParameters(found);
    if (candidate.instance && isPlain) return runBare(candidate.instance, method, parameters);
    return runThroughNest(this.callFor(found, withGlobals), parameters, pipes.length > 0 || withGlobals);
  }

  private callFor(found: FoundActor, withGlobals: boolean): CallFor {
    const { instance } = found.candidate;
    if (!instance) return scopedCall(found, this.contexts, withGlobals);
    const call = this.contexts.create({ instance, method: found.method, withGlobals });
    return () => call;
  }
}

/** True where a param decorator of the user's fills a parameter. */
function hasForeignParameters({ candidate: { prototype }, method }: FoundActor): boolean {
  const entries = Object.entries(parameterEntries(prototype, method));
  return entries.some(
    ([key, { source, factory }]) => isCustomKey(key) && !source && factory !== undefined && !key.startsWith('repid'),
  );
}
