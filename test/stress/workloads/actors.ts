export { cancelActors } from './targets.js';
export { chainActors } from './chains.js';
export { fanInActors } from './fan-ins.js';
export { hungActors } from './hung.js';
export { noteActors } from './notes.js';
export { orderActors } from './orders.js';
export { riskyActors } from './risky.js';
