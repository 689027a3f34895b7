export * from './bucket.js';
export * from './bucket-broker.js';
export { Buckets } from './buckets.js';
export { BucketCodec, isResultBody } from './codec.js';
export { cancelledBody, deletedException, failedBody, purgedException, skippedBody } from './skipped-bucket.js';
