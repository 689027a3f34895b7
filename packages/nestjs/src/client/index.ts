export type * from './actor-client.js';
export { Repid, type ClientSettings } from './repid.js';
