import { refuseConnection } from './refuse-connection.js';

/**
 * The number of a database, 0 where none is given.
 *
 * @throws InvalidOptionError for anything else than a whole number: ioredis takes it for 0
 */
export function databaseOf(given: unknown): number {
  if (given === undefined || given === null) return 0;
  const number = typeof given === 'string' && /^\d+$/.test(given) ? Number(given) : given;
  if (Number.isSafeInteger(number) && (number as number) >= 0) return number as number;
  return refuseConnection(`names the database "${String(given)}"`, 'Expected its number: 0, 1, 2 and so on.');
}
