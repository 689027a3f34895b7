import { BrokerClosedError, BrokerUnavailableError } from './errors.js';
import { isA } from './is-a.js';

/** True for errors that say a broker is unreachable: the job did not fail, and a later attempt may succeed. */
export function isOutage(error: unknown): boolean {
  return isA(error, BrokerUnavailableError) || isA(error, BrokerClosedError);
}
