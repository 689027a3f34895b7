export { Channel } from './channel.js';
export { Producer } from './producer.js';
export type { ProducerMiddleware } from './producer-middleware.js';
export type { Publisher } from './publisher.js';
export { Repid } from './repid.js';
export type { RepidOptions } from './repid-options.js';
