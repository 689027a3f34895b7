import { ContextIdFactory, ModuleRef, type ContextId } from '@nestjs/core';
import type { MessageDependency } from '@repid/core';
import type { FoundActor } from '../discovery/index.js';
import type { ExternalContexts } from './external-contexts.js';
import type { CallFor } from './run-actor.js';

/**
 * Calls an actor on a new instance for each delivery. The message is injected as `REQUEST`. The application's
 * `ContextIdStrategy` decides how durable providers are shared.
 */
export function scopedCall(
  { candidate: { wrapper }, method }: FoundActor,
  contexts: ExternalContexts,
  withGlobals: boolean,
): CallFor {
  const moduleRef = wrapper.host?.providers.get(ModuleRef)?.instance as ModuleRef;
  return async ({ message }) => {
    const contextId = contextFor(message, moduleRef);
    const instance = await moduleRef.resolve<object>(wrapper.token, contextId, { strict: true });
    return contexts.create({ instance, method, withGlobals, scope: { contextId, inquirerId: wrapper.id } });
  };
}

function contextFor(message: MessageDependency, moduleRef: ModuleRef): ContextId {
  const contextId: ContextId = ContextIdFactory.getByRequest(message as object);
  moduleRef.registerRequestByContextId(contextId.getParent ? contextId.payload : message, contextId);
  return contextId;
}
