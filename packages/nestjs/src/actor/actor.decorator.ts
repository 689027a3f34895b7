import type { ActorOptions } from '@repid/core';
import { declareImplicitParameters } from '../parameter/implicit-parameters.js';
import { markActor, markMisplaced } from './actor-metadata.js';

/**
 * Makes a method of a provider or controller an actor: it runs the messages of its topic. The method can be called as before.
 *
 * @param options how it takes and runs messages, or only its name; default: the method's name on channel `default`.
 *   They are checked at bootstrap.
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
  if (typeof method === 'symbol') return `${String(method)} has no name in text, and a topic is text. Name the method.`;
  if (typeof target === 'function')
    return `"${target.name}.${method}" is static, and an actor runs on an instance. Take "static" away.`;
  if (typeof descriptor?.value === 'function') return undefined;
  return `"${target.constructor.name}.${method}" is no method. Write it as a method: async ${method}() { ... }.`;
}
