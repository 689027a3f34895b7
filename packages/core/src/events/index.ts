export * from './describe-event.js';
export * from './events.js';
export * from './guarded-listener.js';
