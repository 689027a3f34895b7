import { SwapRemoveList } from '../swap-remove-list/index.js';
import type { InFlightDelivery } from './in-flight-delivery.js';

/** All that a worker has in flight. */
export class InFlightDeliveries extends SwapRemoveList<InFlightDelivery> {}
