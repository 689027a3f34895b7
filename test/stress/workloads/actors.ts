export { cancelActors } from './cancel-targets.js';
export { chainActors } from './chains.js';
export { fanInActors } from './fan-ins.js';
export { hungActors } from './hung-jobs.js';
export { noteActors } from './notes.js';
export { orderActors } from './orders.js';
export { poisonActors } from './poison-jobs.js';
