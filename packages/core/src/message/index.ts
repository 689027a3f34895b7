export * from './message.js';
export * from './header-names.js';
export * from './channel-name.js';
export * from './id.js';
export * from './parameters.js';
export { nextCronTime, nextOccurrence } from './schedule.js';
