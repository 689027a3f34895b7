export * from './broker/index.js';
export * from './bucket/index.js';
export * from './clock/index.js';
export * from './duration/index.js';
export * from './errors/index.js';
export * from './message/index.js';
