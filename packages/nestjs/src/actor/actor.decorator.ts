import type { ActorOptions } from '@repid/core';
import { declareImplicitParameters } from '../parameter/implicit-parameters.js';
import { markActor, markMisplaced } from './actor-metadata.js';

/**
 * Makes a method of a provider or controller an actor: the worker calls it for each message of its topic. Other code can
 * still call the method directly.
 *
 * @param options the actor's options, or only its name. Default: the method's name, on channel `default`. Options are
 *   validated at bootstrap.
 */
export function Actor(options: ActorOptions | string = {}): MethodDecorator {
  return (target: object, method: string | symbol, descriptor?: PropertyDescriptor) => {
    const problem = problemOf(target, method, descriptor);
    if (problem) return markMisplaced(typeof target === 'function' ? target : target.constructor, problem);
    declareImplicitParameters(target, method, descriptor?.value as Function);
    markActor(target, method, typeof options === 'string' ? { name: options } : options);
  };
}

function problemOf(target: object, method: string | symbol, descriptor?: PropertyDescriptor): string | undefined {
  if (typeof method === 'symbol')
    return `${String(method)} is a symbol, but a topic is a string. Give the method a string name.`;
  if (typeof target === 'function')
    return `"${target.name}.${method}" is static, but an actor runs on an instance. Remove "static".`;
  if (typeof descriptor?.value === 'function') return undefined;
  return `"${target.constructor.name}.${method}" is not a method. Declare it as a method: async ${method}() { ... }.`;
}
