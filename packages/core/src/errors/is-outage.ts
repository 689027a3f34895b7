import { BrokerClosedError, BrokerUnavailableError } from './errors.js';

/** True where a broker could not be reached: nobody's failure, and it may go well later. */
export function isOutage(error: unknown): boolean {
  return error instanceof BrokerUnavailableError || error instanceof BrokerClosedError;
}
