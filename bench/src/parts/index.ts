import { latency, lateness } from './delays.js';
import { chains, growth } from './graphs.js';
import { limits } from './limits.js';
import { heap, memory } from './memory.js';
import type { Part } from './part.js';
import { drain, enqueue, scaling, working } from './rates.js';

/** All parts, in the order in which they are run. */
export const PARTS: readonly Part[] = [
  ...[enqueue, drain, working, chains],
  ...[latency, lateness],
  ...[memory, heap],
  ...[growth, scaling, limits],
];
