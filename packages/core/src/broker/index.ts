export * from './capabilities.js';
export * from './check-message.js';
export * from './channel-administration.js';
export * from './dead-letter.js';
export * from './delivery.js';
export * from './inspection.js';
export * from './message-broker.js';
export * from './settlement.js';
