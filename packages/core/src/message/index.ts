export * from './message.js';
export * from './header-names.js';
export * from './channel-name.js';
export { checkDelay, checkOutgoing } from './check-outgoing.js';
export * from './nonce.js';
export * from './parameters.js';
export * from './reply-address.js';
export { nextCronTime, nextOccurrence } from './schedule.js';
