import { drain } from './drain.js';
import { enqueue } from './enqueue.js';
import { growth } from './growth.js';
import type { Part } from './part.js';
import { working } from './working.js';

/** All parts, in the order in which they are run. */
export const PARTS: readonly Part[] = [enqueue, drain, working, growth];
