export * from '@repid/core';
// The exports below replace those of the same names in core.
export { Actor, Actors } from './actor/index.js';
export {
  type ActorCall,
  type ActorCallOptions,
  type ActorClient,
  type ClientSettings,
  type EmptyActorCall,
  Repid,
  type StatedActorCall,
} from './client/index.js';
export {
  getArgsBucketBrokerToken,
  getEventsToken,
  getMessageBrokerToken,
  getRepidToken,
  getResultsBucketBrokerToken,
  getWorkerToken,
  InjectArgsBucketBroker,
  InjectEvents,
  InjectMessageBroker,
  InjectRepid,
  InjectResultsBucketBroker,
  InjectWorker,
  type ConnectionOptions,
} from './connection/index.js';
export {
  type AnyRepidEvent,
  OnRepidEvent,
  type RepidEventListener,
  type RepidEventOf,
  RepidEvents,
  type RepidEventType,
} from './events/index.js';
export { isRepidContext, RepidRun, REPID_CONTEXT, runOf } from './context/index.js';
export { RepidModule, type RepidModuleOptions } from './module/index.js';
export {
  DependencyResults,
  type DependencyResultsOptions,
  MessageDependency,
  MessageHeader,
  Payload,
  type PayloadOptions,
  type Pipe,
} from './parameter/index.js';
export { ClassConverter, type ClassConverterOptions, type UnknownProperties } from './payload/index.js';
export { RepidWorker, type RepidWorkerState, WorkerNotReadyError } from './worker/index.js';
