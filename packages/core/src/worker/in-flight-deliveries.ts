import { SwapRemoveList } from '../swap-remove-list/index.js';
import type { InFlightDelivery } from './in-flight-delivery.js';

/** The deliveries that a worker has received and not finished. */
export class InFlightDeliveries extends SwapRemoveList<InFlightDelivery> {}
