import { drain } from './drain.js';
import { growth } from './growth.js';
import type { Part } from './part.js';

/** All parts, in the order in which they are run. */
export const PARTS: readonly Part[] = [drain, growth];
