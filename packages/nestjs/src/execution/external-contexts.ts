import { Injectable } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { ApplicationConfig, ExternalContextCreator, ModuleRef, type ContextId } from '@nestjs/core';
import { REPID_CONTEXT, type RepidRun } from '../context/index.js';

/** Calls an actor's method through Nest: guards, interceptors, pipes, then the method. */
export type NestCall = (run: RepidRun) => Promise<unknown>;

/** The method to call, and its scope. */
export interface CallTarget {
  readonly instance: object;
  readonly method: string;
  readonly scope?: { readonly contextId: ContextId; readonly inquirerId: string };
  /** Whether the application's global guards, interceptors and pipes apply. */
  readonly withGlobals: boolean;
}

/** Creates calls of actors with Nest's `ExternalContextCreator`, Nest's mechanism for calls other than HTTP requests. */
@Injectable()
export class ExternalContexts {
  private readonly withGlobals: CreatorsByClass;
  private readonly withoutGlobals: CreatorsByClass;

  constructor(moduleRef: ModuleRef) {
    const container = moduleRef['container'];
    // Nest reads global enhancers from the application's configuration. This view of the container has an empty one.
    const view = Object.create(container, { applicationConfig: { value: new ApplicationConfig() } });
    this.withGlobals = new CreatorsByClass(container);
    this.withoutGlobals = new CreatorsByClass(view);
  }

  create({ instance, method, scope, withGlobals }: CallTarget): NestCall {
    const creator = (withGlobals ? this.withGlobals : this.withoutGlobals).of(instance);
    return creator.create(
      instance,
      (instance as Record<string, () => unknown>)[method] as () => unknown,
      method,
      ROUTE_ARGS_METADATA,
      NO_ROUTE_PARAMETERS,
      scope?.contextId,
      scope?.inquirerId,
      { guards: true, interceptors: true, filters: false },
      REPID_CONTEXT,
    ) as NestCall;
  }
}

type Container = Parameters<typeof ExternalContextCreator.fromContainer>[0];

/** One creator per class: a creator of Nest 11 mixes up the parameters of two classes with the same name. */
class CreatorsByClass {
  private readonly known = new WeakMap<object, ExternalContextCreator>();

  constructor(private readonly container: Container) {}

  of(instance: object): ExternalContextCreator {
    const prototype = Object.getPrototypeOf(instance) as object;
    let creator = this.known.get(prototype);
    if (creator === undefined) {
      creator = ExternalContextCreator.fromContainer(this.container);
      this.known.set(prototype, creator);
    }
    return creator;
  }
}

/** Each parameter has its own factory, but Nest only calls factories if this object is given. */
const NO_ROUTE_PARAMETERS = { exchangeKeyForValue: (): undefined => undefined };
