import type { ActorOptions } from '@repid/core';

const ACTOR = 'repid:actor';
const ACTORS = 'repid:actors';
const MISPLACED = 'repid:misplaced';

/**
 * Marks a method as an actor. The metadata is stored under the prototype and the method name, not on the function:
 * it survives decorators that replace the function, and subclasses inherit it.
 */
export function markActor(prototype: object, method: string | symbol, options: ActorOptions): void {
  Reflect.defineMetadata(ACTOR, options, prototype, method);
}

/** Returns the options of the method's `@Actor()`, or undefined if the method is no actor. */
export function actorOptionsOf(prototype: object, method: string): ActorOptions | undefined {
  return Reflect.getMetadata(ACTOR, prototype, method) as ActorOptions | undefined;
}

/** Stores a class's defaults for its actors. */
export function markActors(target: Function, defaults: Partial<ActorOptions>): void {
  Reflect.defineMetadata(ACTORS, defaults, target);
}

/** Returns the options of `@Actors()` on the class or on a class that it extends. */
export function actorDefaultsOf(prototype: object): Partial<ActorOptions> | undefined {
  return Reflect.getMetadata(ACTORS, prototype.constructor) as Partial<ActorOptions> | undefined;
}

/**
 * Returns the name of an actor's connection.
 *
 * @param layers the options of the class, then those of the method; the last that names a connection wins
 */
export function connectionOf(layers: readonly (Partial<ActorOptions> | undefined)[]): string {
  return layers.findLast((layer) => layer?.connection !== undefined)?.connection ?? 'default';
}

/** Records an `@Actor()` on something that cannot be an actor. The explorer reports it at bootstrap. */
export function markMisplaced(target: Function, problem: string): void {
  Reflect.defineMetadata(MISPLACED, [...misplacedOf(target), problem], target);
}

/** Returns the problems recorded by `markMisplaced` for this class. */
export function misplacedOf(target: Function): readonly string[] {
  return (Reflect.getMetadata(MISPLACED, target) as string[] | undefined) ?? [];
}
