/** Converts values to bytes and back. */
export interface Serializer {
  /** The content type of the messages it writes. */
  readonly contentType: string;
  /**
   * @param name what the value is, for errors: `args`, `result`, `payload`
   * @throws SerializationError for a value that cannot be written, or could not be read back
   */
  encode(value: unknown, name?: string): Uint8Array;
  /** @throws SerializationError for bytes that cannot be read */
  decode(bytes: Uint8Array): unknown;
}
