export * from './message.js';
export { NOT_IN_DEAD_LETTERS } from './counters.js';
export * from './header-names.js';
export * from './channel-name.js';
export * from './id.js';
export * from './nonce.js';
export * from './parameters.js';
export * from './reply-address.js';
export { nextCronTime, nextOccurrence, type Schedule } from './schedule.js';
