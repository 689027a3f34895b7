import type { ActorOptions } from '@repid/core';

const ACTOR = 'repid:actor';
const ACTORS = 'repid:actors';
const MISPLACED = 'repid:misplaced';

/**
 * Marks a method. The mark lies beside the method and not on its function, so that it survives decorators which
 * replace the function, and so that subclasses inherit it.
 */
export function markActor(prototype: object, method: string | symbol, options: ActorOptions): void {
  Reflect.defineMetadata(ACTOR, options, prototype, method);
}

/** What `@Actor()` was given on this method; undefined where it does not wear it. */
export function actorOptionsOf(prototype: object, method: string): ActorOptions | undefined {
  return Reflect.getMetadata(ACTOR, prototype, method) as ActorOptions | undefined;
}

/** Notes what a class wants for all of its actors. */
export function markActors(target: Function, defaults: Partial<ActorOptions>): void {
  Reflect.defineMetadata(ACTORS, defaults, target);
}

/** What `@Actors()` was given on the class, or on one that it extends. */
export function actorDefaultsOf(prototype: object): Partial<ActorOptions> | undefined {
  return Reflect.getMetadata(ACTORS, prototype.constructor) as Partial<ActorOptions> | undefined;
}

/** The connection of an actor, from what its class and its method say, in this order. */
export function connectionOf(layers: readonly (Partial<ActorOptions> | undefined)[]): string {
  return layers.findLast((layer) => layer?.connection !== undefined)?.connection ?? 'default';
}

/** Notes an `@Actor()` on something that cannot be one; reported at bootstrap. */
export function markMisplaced(target: Function, problem: string): void {
  Reflect.defineMetadata(MISPLACED, [...misplacedOf(target), problem], target);
}

/** What is wrong with the places of `@Actor()` in this class. */
export function misplacedOf(target: Function): readonly string[] {
  return (Reflect.getMetadata(MISPLACED, target) as string[] | undefined) ?? [];
}
