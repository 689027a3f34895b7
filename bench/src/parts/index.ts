import { chains } from './chains.js';
import { drain } from './drain.js';
import { enqueue } from './enqueue.js';
import { growth } from './growth.js';
import { heap } from './heap.js';
import { lateness } from './lateness.js';
import { latency } from './latency.js';
import { limits } from './limits.js';
import { memory } from './memory.js';
import type { Part } from './part.js';
import { scaling } from './scaling.js';
import { working } from './working.js';

/** All parts, in the order in which they are run. */
export const PARTS: readonly Part[] = [
  ...[enqueue, drain, working, chains],
  ...[latency, lateness],
  ...[memory, heap],
  ...[growth, scaling, limits],
];
