export * from './repid-worker.js';
export * from './worker-not-ready-error.js';
