import { InvalidOptionError } from '@repid/core';

/**
 * Refuses what a broker is to be connected by. Neither text may hold a user name or a password.
 *
 * @throws InvalidOptionError
 */
export function refuseConnection(fact: string, remedy: string): never {
  throw new InvalidOptionError(`The Redis connection ${fact}. ${remedy}`);
}
