export { RepidWorker, type RepidWorkerState } from './repid-worker.js';
export * from './worker-not-ready-error.js';
