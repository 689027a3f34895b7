export * from './repid-error.js';
export * from './errors.js';
