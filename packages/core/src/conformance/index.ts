export * from './harness.js';
export { messageBrokerConformance } from './message-broker-conformance.js';
export { bucketBrokerConformance } from './bucket-broker-conformance.js';
