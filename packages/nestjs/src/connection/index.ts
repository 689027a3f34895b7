export * from './tokens.js';
export type { ConnectionOptions } from './connection-options.js';
