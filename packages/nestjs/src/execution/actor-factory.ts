import { Injectable, Logger } from '@nestjs/common';
import { PARAMTYPES_METADATA } from '@nestjs/common/constants.js';
import { ApplicationConfig } from '@nestjs/core';
import {
  ActorDefinitionError,
  requireCapability,
  resolveActorOptions,
  type Actor,
  type MessageBroker,
} from '@repid/core';
import type { ResolvedConnectionOptions } from '../connection/connection-options.js';
import type { FoundActor } from '../discovery/index.js';
import { isCustomKey, parameterEntries } from '../parameter/parameter-metadata.js';
import { pipedParameters, readParameters, type IndexedParameter } from '../parameter/read-parameters.js';
import { unvalidatedReason } from '../parameter/unvalidated.js';
import { ClassConverter } from '../payload/class-converter.js';
import { ClassShapes } from '../payload/class-shapes.js';
import { enhancersOf, type Enhancers } from './enhancers.js';
import { ExternalContexts } from './external-contexts.js';
import { filterMiddleware } from './filters.js';
import { runDirectly, runThroughNest, type CallFor } from './run-actor.js';
import { scopedCall } from './scoped-call.js';
import { requireNoScopedGlobals } from './scoped-globals.js';

/** The connection options that apply to actors. */
type ActorSettings = Pick<
  ResolvedConnectionOptions,
  'actorDefaults' | 'middlewares' | 'globalEnhancers' | 'unvalidatedPayloads' | 'converter'
>;

/** Makes the core's actors from the methods that the explorer found. */
@Injectable()
export class ActorFactory {
  private readonly logger = new Logger('Repid');
  private readonly shapes = new ClassShapes();

  constructor(
    private readonly contexts: ExternalContexts,
    private readonly application: ApplicationConfig,
  ) {}

  /** @throws ActorDefinitionError, InvalidOptionError, UnsupportedError */
  make(found: FoundActor, settings: ActorSettings, broker: MessageBroker): Actor {
    const { candidate, method, label } = found;
    if (settings.globalEnhancers) requireNoScopedGlobals(this.application);
    const enhancers = enhancersOf(found);
    const parameters = readParameters(candidate.prototype, method, label);
    if (enhancers.pipes.length === 0) this.checkValidation(found, parameters, settings);
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
    settings: ActorSettings,
    broker: MessageBroker,
  ): Actor['options'] {
    const { label, method } = found;
    const filters = [...enhancers.filters, ...(settings.globalEnhancers ? this.application.getGlobalFilters() : [])];
    const filterMiddlewares = filters.length === 0 ? [] : [filterMiddleware(found, filters)];
    const layers = [settings.actorDefaults, ...found.layers];
    if (layers.some((layer) => layer?.retryPolicy))
      requireCapability(broker, 'delay', `The retryPolicy of actor "${label}"`);
    const base = { middlewares: [...filterMiddlewares, ...settings.middlewares] };
    return resolveActorOptions(label, method, base, ...layers);
  }

  /** Pipes may validate. @throws ActorDefinitionError if the connection refuses unvalidated payloads */
  private checkValidation(
    { candidate: { prototype }, method, label, layers }: FoundActor,
    parameters: readonly IndexedParameter[],
    { unvalidatedPayloads, converter, actorDefaults }: ActorSettings,
  ): void {
    const layer = [actorDefaults, ...layers].findLast((one) => one?.converter !== undefined);
    const own = layer?.converter ?? converter;
    if (unvalidatedPayloads === 'allow' || !(own instanceof ClassConverter)) return;
    const hasTypes = Reflect.hasMetadata(PARAMTYPES_METADATA, prototype, method);
    const piped = pipedParameters(prototype, method);
    for (const { source, index } of parameters) {
      const reason = source.from === 'payload' && !piped.has(index) && unvalidatedReason(source, hasTypes, this.shapes);
      if (!reason) continue;
      const what = source.field === undefined ? 'The payload' : `Field "${source.field}" of the payload`;
      const text = `${what} of actor "${label}" is not validated: ${reason}`;
      if (unvalidatedPayloads === 'refuse') throw new ActorDefinitionError(text);
      this.logger.warn(text);
      if (!hasTypes) return;
    }
  }

  private runFor(
    found: FoundActor,
    enhancers: Enhancers,
    parameters: readonly IndexedParameter[],
    settings: ActorSettings,
  ): Actor['run'] {
    const { candidate, method } = found;
    const withGlobals = settings.globalEnhancers;
    const { guards, interceptors, pipes } = enhancers;
    const isPlain =
      guards.length + interceptors.length + pipes.length === 0 && !withGlobals && !hasCustomParameters(found);
    if (candidate.instance && isPlain) return runDirectly(candidate.instance, method, parameters);
    return runThroughNest(this.callFor(found, withGlobals), parameters, pipes.length > 0 || withGlobals);
  }

  private callFor(found: FoundActor, withGlobals: boolean): CallFor {
    const { instance } = found.candidate;
    if (!instance) return scopedCall(found, this.contexts, withGlobals);
    const call = this.contexts.create({ instance, method: found.method, withGlobals });
    return () => call;
  }
}

/** Returns true if the method uses a custom param decorator of the application. */
function hasCustomParameters({ candidate: { prototype }, method }: FoundActor): boolean {
  const entries = Object.entries(parameterEntries(prototype, method));
  return entries.some(
    ([key, { source, factory }]) => isCustomKey(key) && !source && factory !== undefined && !key.startsWith('repid'),
  );
}
