export * from './actor-explorer.js';
export type * from './candidate.js';
export type * from './found-actor.js';
