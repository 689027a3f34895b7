export * from './condition.js';
export * from './dependency.js';
export * from './skip.js';
export * from './waits.js';
