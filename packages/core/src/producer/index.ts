export { Channel } from './channel.js';
export { Producer } from './producer.js';
export { Repid } from './repid.js';
export type { RepidOptions } from './repid-options.js';
