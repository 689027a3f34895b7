export * from './actor.js';
export * from './actor-options.js';
export * from './confirmation.js';
export * from './define-actor.js';
export * from './message-dependency.js';
export * from './parameters.js';
