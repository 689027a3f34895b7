import { BrokerClosedError, BrokerUnavailableError } from './errors.js';
import { isA } from './is-a.js';

/** True where a broker could not be reached: nobody's failure, and it may go well later. */
export function isOutage(error: unknown): boolean {
  return isA(error, BrokerUnavailableError) || isA(error, BrokerClosedError);
}
