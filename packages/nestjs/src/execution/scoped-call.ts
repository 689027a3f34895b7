import { ContextIdFactory, ModuleRef, type ContextId } from '@nestjs/core';
import type { FoundActor } from '../discovery/index.js';
import type { ExternalContexts } from './external-contexts.js';
import type { CallFor } from './run-actor.js';

/**
 * Calls an actor on a new instance for each delivery. The message is injected as `REQUEST`, as the request is in a
 * controller. The application's `ContextIdStrategy` decides how durable providers are shared; an actor that depends on
 * durable providers only gets the strategy's payload instead.
 */
export function scopedCall(
  { candidate: { wrapper }, method }: FoundActor,
  contexts: ExternalContexts,
  withGlobals: boolean,
): CallFor {
  const moduleRef = wrapper.host?.providers.get(ModuleRef)?.instance as ModuleRef;
  const isTreeDurable = wrapper.isDependencyTreeDurable();
  return async ({ message }) => {
    const contextId: ContextId = ContextIdFactory.getByRequest(message as object);
    moduleRef.registerRequestByContextId(isTreeDurable ? contextId.payload : message, contextId);
    const instance = await moduleRef.resolve<object>(wrapper.token, contextId, { strict: true });
    return contexts.create({ instance, method, withGlobals, scope: { contextId, inquirerId: wrapper.id } });
  };
}
