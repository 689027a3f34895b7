import type { ActorOptions } from '@repid/core';
import { markActors } from './actor-metadata.js';

/**
 * Defaults for every actor of the class: over those of the module, under those of the method. Middlewares add up.
 *
 * @param defaults checked at bootstrap
 */
export function Actors(defaults: Partial<ActorOptions>): ClassDecorator {
  return (target) => markActors(target, defaults);
}
