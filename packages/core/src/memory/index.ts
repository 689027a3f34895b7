export { InMemoryBucketBroker, type InMemoryBucketBrokerOptions } from './bucket-broker.js';
export { InMemoryMessageBroker, type InMemoryMessageBrokerOptions } from './message-broker.js';
