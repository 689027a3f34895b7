import type { DiscoveryService } from '@nestjs/core';

/** Nest's record of a provider or controller. */
export type InstanceWrapper = ReturnType<DiscoveryService['getProviders']>[number];

/** A provider or controller that may have actors. */
export interface Candidate {
  readonly wrapper: InstanceWrapper;
  readonly prototype: object;
  /** Absent where each delivery gets an instance of its own. */
  readonly instance?: object;
}

/** The providers and controllers that have instances of a class, each instance once however many modules export it. */
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

/** True where it, or anything that it or its guards and interceptors need, is made anew for each delivery. */
function isScoped(wrapper: InstanceWrapper): boolean {
  return wrapper.isTransient || !wrapper.isDependencyTreeStatic();
}
