import { InvalidOptionError } from '@repid/core';

/**
 * Refuses a connection option. Neither text may hold a user name or a password.
 * @throws InvalidOptionError
 */
export function refuseConnection(fact: string, remedy: string): never {
  throw new InvalidOptionError(`The Redis connection ${fact}. ${remedy}`);
}
