export * from './dependency-results.decorator.js';
export * from './message-dependency.decorator.js';
export * from './message-header.decorator.js';
export { Payload, type PayloadOptions } from './payload.decorator.js';
export type { Pipe } from './pipe.js';
