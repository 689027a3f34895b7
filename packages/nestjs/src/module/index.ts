export * from './repid.module.js';
