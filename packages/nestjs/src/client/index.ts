export type * from './actor-client.js';
export type * from './client-settings.js';
export { Repid } from './repid.js';
