import type { PayloadParameter } from '../actor/parameters.js';

/** The payload of a message, decoded on first access. */
export interface PayloadSource {
  readonly bytes: Uint8Array;
  /** @throws SerializationError for bytes that cannot be read */
  readonly value: unknown;
}

/** Converts a payload to an actor's arguments, and its return value to the value that is stored. */
export interface Converter {
  /**
   * The arguments for these parameters, in their order.
   *
   * @param actor `Class.method`, for the error
   * @throws PayloadValidationError that lists all issues
   */
  convertInputs(
    payload: PayloadSource,
    parameters: readonly PayloadParameter[],
    actor: string,
  ): unknown[] | Promise<unknown[]>;
  /** The value to serialize for a value that the actor returned. */
  convertOutputs(value: unknown): unknown;
}
