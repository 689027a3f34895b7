import { Bag } from '../bag/index.js';
import type { Hand } from './hand.js';

/** All that a worker has in hand. */
export class Hands extends Bag<Hand> {}
