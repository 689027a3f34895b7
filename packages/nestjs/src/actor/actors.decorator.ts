import type { ActorOptions } from '@repid/core';
import { markActors } from './actor-metadata.js';

/**
 * Sets defaults for every actor of the class. They override the module's `actorDefaults`; `@Actor()` overrides them.
 * Middlewares of all three levels are combined.
 *
 * @param defaults actor options, validated at bootstrap
 */
export function Actors(defaults: Partial<ActorOptions>): ClassDecorator {
  return (target) => markActors(target, defaults);
}
