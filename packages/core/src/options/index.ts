export * from './parse-options.js';
export * as option from './schemas.js';
