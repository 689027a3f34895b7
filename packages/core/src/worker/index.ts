export { Worker, type WorkerState } from './worker.js';
export type { WorkerOptions } from './worker-options.js';
export { WorkerShutdownError } from './shutdown.js';
export { isFinal } from './decide.js';
