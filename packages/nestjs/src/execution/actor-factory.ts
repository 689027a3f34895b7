import { Injectable, Logger } from '@nestjs/common';
import { PARAMTYPES_METADATA } from '@nestjs/common/constants.js';
import { ApplicationConfig } from '@nestjs/core';
import { requireCapability, resolveActorOptions, type Actor, type MessageBroker } from '@repid/core';
import type { ResolvedConnectionOptions } from '../connection/connection-options.js';
import type { FoundActor } from '../discovery/index.js';
import { isCustomKey, parameterEntries } from '../parameter/parameter-metadata.js';
import { readParameters, type PlacedParameter } from '../parameter/read-parameters.js';
import { enhancersOf, type Enhancers } from './enhancers.js';
import { ExternalContexts } from './external-contexts.js';
import { observingMiddleware } from './filters.js';
import { runBare, runThroughNest, type CallFor } from './run-actor.js';
import { scopedCall } from './scoped-call.js';
import { refuseScopedGlobals } from './scoped-globals.js';

type Settings = Pick<ResolvedConnectionOptions, 'actorDefaults' | 'middlewares' | 'globalEnhancers'>;

/** Makes the engine's actors of what was found. */
@Injectable()
export class ActorFactory {
  private readonly logger = new Logger('Repid');

  constructor(
    private readonly contexts: ExternalContexts,
    private readonly application: ApplicationConfig,
  ) {}

  /** @throws ActorDefinitionError, InvalidOptionError, UnsupportedError */
  make(found: FoundActor, settings: Settings, broker: MessageBroker): Actor {
    const { candidate, method, label } = found;
    if (settings.globalEnhancers) refuseScopedGlobals(this.application);
    const enhancers = enhancersOf(found);
    const parameters = readParameters(candidate.prototype, method, label);
    this.warnOfMissingTypes(found, parameters);
    return {
      label,
      options: this.optionsFor(found, enhancers, settings, broker),
      parameters: parameters.map(({ source }) => source),
      run: this.runFor(found, enhancers, parameters, settings),
    };
  }

  private optionsFor(
    found: FoundActor,
    enhancers: Enhancers,
    settings: Settings,
    broker: MessageBroker,
  ): Actor['options'] {
    const { label, method } = found;
    const filters = [...enhancers.filters, ...(settings.globalEnhancers ? this.application.getGlobalFilters() : [])];
    const observers = filters.length === 0 ? [] : [observingMiddleware(found, filters)];
    const layers = [settings.actorDefaults, ...found.layers];
    if (layers.some((layer) => layer?.retryPolicy))
      requireCapability(broker, 'delay', `The retryPolicy of actor "${label}"`);
    return resolveActorOptions(label, method, { middlewares: [...observers, ...settings.middlewares] }, ...layers);
  }

  /** Without types a payload goes unchecked, and nobody would know. */
  private warnOfMissingTypes(
    { candidate: { prototype }, method, label }: FoundActor,
    parameters: readonly PlacedParameter[],
  ): void {
    const isUnchecked = parameters.some(({ source }) => source.from === 'payload' && !source.schema && !source.items);
    if (!isUnchecked || Reflect.hasMetadata(PARAMTYPES_METADATA, prototype, method)) return;
    this.logger.warn(
      `The payload of actor "${label}" is not validated: its compiler has left out the types of parameters. ` +
        'Turn on "emitDecoratorMetadata" (esbuild and tsx cannot), or give @Payload({ schema }).',
    );
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
