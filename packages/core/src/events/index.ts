export * from './describe-event.js';
export * from './events.js';
export * from './guarded-listener.js';
export { type JobEvent, type JobEventListener, reportPublished } from './job-events.js';
