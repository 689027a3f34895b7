export { advance } from './advance.js';
export type { ConnectionChoice } from './connection-of.js';
export { type Crash, crashAt, type CrashBrokers } from './crash-at.js';
export { drain, type DrainOptions } from './drain.js';
export { type MatcherResult, repidMatchers, type RepidMatchers } from './matchers.js';
export { RepidTestingModule } from './repid-testing.module.js';
export { runActor, type RunActorOptions } from './run-actor.js';
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
