import { SwapRemoveList } from '../swap-remove-list/index.js';
import type { Hand } from './hand.js';

/** All that a worker has in hand. */
export class Hands extends SwapRemoveList<Hand> {}
