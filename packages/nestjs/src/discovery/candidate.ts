import type { DiscoveryService } from '@nestjs/core';

/** Nest's record of a provider or controller. */
export type InstanceWrapper = ReturnType<DiscoveryService['getProviders']>[number];

/** A provider or controller that may declare actors. */
export interface Candidate {
  readonly wrapper: InstanceWrapper;
  readonly prototype: object;
  /** Undefined if each delivery gets its own instance. */
  readonly instance?: object;
}

/** Returns the providers and controllers that are class instances. An instance that several modules export appears once. */
export function candidatesFrom(wrappers: readonly InstanceWrapper[]): Candidate[] {
  const seen = new Set<unknown>();
  return wrappers
    .map(candidateFrom)
    .filter((candidate): candidate is Candidate => candidate !== undefined)
    .filter(({ instance, wrapper }) => {
      const identity = instance ?? wrapper;
      return !seen.has(identity) && seen.add(identity);
    });
}

function candidateFrom(wrapper: InstanceWrapper): Candidate | undefined {
  if (isScoped(wrapper)) {
    const prototype =
      wrapper.isNotMetatype || wrapper.isAlias ? undefined : (wrapper.metatype?.prototype as object | undefined);
    return prototype && { wrapper, prototype };
  }
  const instance: unknown = wrapper.instance;
  if (typeof instance !== 'object' || instance === null) return undefined;
  const prototype = Object.getPrototypeOf(instance) as object | null;
  return prototype === null ? undefined : { wrapper, prototype, instance };
}

/** Returns true for a transient or request-scoped class, or one that depends on such a class, also through its enhancers. */
function isScoped(wrapper: InstanceWrapper): boolean {
  return wrapper.isTransient || !wrapper.isDependencyTreeStatic();
}
