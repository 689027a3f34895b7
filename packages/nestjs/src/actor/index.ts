export * from './actor.decorator.js';
export * from './actors.decorator.js';
