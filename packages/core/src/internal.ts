/**
 * Internal: what the other Repid packages share with the core. Not part of the public API; it may change in any release.
 */
export * from './clock/alarm.js';
export { isBytesType, isPrimitiveType } from './converter/primitives.js';
export * from './options/index.js';
export * from './swap-remove-list/index.js';
export { resolveWorkerOptions } from './worker/worker-options.js';
