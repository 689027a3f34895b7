export * from './bucket.js';
export * from './bucket-broker.js';
export { BucketCodec } from './codec.js';
export { Buckets } from './buckets.js';
export { skippedBody } from './skipped-bucket.js';
