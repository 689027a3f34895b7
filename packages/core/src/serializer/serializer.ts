/** Values to bytes and back. */
export interface Serializer {
  /** Media type that messages are marked with. */
  readonly contentType: string;
  /**
   * @param name what the value is, for errors: `args`, `result`, `payload`
   * @throws SerializationError when the value cannot be written, or could not be read back
   */
  encode(value: unknown, name?: string): Uint8Array;
  /** @throws SerializationError when the bytes cannot be read */
  decode(bytes: Uint8Array): unknown;
}
