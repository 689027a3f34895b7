export * from './repid-run.js';
