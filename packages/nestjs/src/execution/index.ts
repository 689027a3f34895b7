export { ActorFactory } from './actor-factory.js';
export { ExternalContexts } from './external-contexts.js';
