import type { PayloadParameter } from '../actor/parameters.js';

/** The payload of a message, decoded when it is first asked for. */
export interface PayloadSource {
  readonly bytes: Uint8Array;
  /** @throws SerializationError when the bytes cannot be read */
  readonly value: unknown;
}

/** Turns a payload into an actor's arguments, and what the actor returns into what is stored. */
export interface Converter {
  /**
   * The arguments for these parameters, in their order.
   *
   * @param actor `Class.method`, for the error
   * @throws PayloadValidationError that lists everything that is wrong
   */
  convertInputs(
    payload: PayloadSource,
    parameters: readonly PayloadParameter[],
    actor: string,
  ): unknown[] | Promise<unknown[]>;
  /** What is to be serialized for a value that the actor returned. */
  convertOutputs(value: unknown): unknown;
}
