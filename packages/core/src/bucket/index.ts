export * from './bucket.js';
export * from './bucket-broker.js';
