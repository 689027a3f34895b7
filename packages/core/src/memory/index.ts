export { InMemoryBucketBroker } from './bucket-broker.js';
export { InMemoryMessageBroker } from './message-broker.js';
export type { InMemoryBucketBrokerOptions, InMemoryMessageBrokerOptions } from './options.js';
