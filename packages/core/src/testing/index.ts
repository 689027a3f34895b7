export { FAULT_MOMENTS, Faults, type FaultMoment, type FaultyCall, type StrikeOptions } from './faults.js';
export { FaultyBucketBroker } from './faulty-bucket-broker.js';
export { FaultyMessageBroker } from './faulty-message-broker.js';
export { StepwiseMessageBroker } from './stepwise-message-broker.js';
