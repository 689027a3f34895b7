export { advance } from './advance.js';
export type { ConnectionChoice } from './connection-of.js';
export { drain, type DrainOptions } from './drain.js';
export { RepidTestingModule } from './repid-testing.module.js';
export { sent, type SentMessage } from './sent.js';
export {
  FAULT_MOMENTS,
  Faults,
  FaultyBucketBroker,
  FaultyMessageBroker,
  StepwiseMessageBroker,
  type FaultMoment,
  type FaultyCall,
  type StrikeOptions,
} from '@repid/core/testing';
