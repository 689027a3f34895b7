/**
 * The base of every error that Repid throws.
 *
 * `code` is stable across versions and listed in docs/errors.md: match on it, not on the message.
 */
export abstract class RepidError extends Error {
  abstract readonly code: `REPID_${string}`;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}
