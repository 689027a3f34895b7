export * from './describe-event.js';
export * from './events.js';
