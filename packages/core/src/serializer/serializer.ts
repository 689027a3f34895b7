/** Values to bytes and back. */
export interface Serializer {
  /** Media type that messages are marked with. */
  readonly contentType: string;
  /** @throws SerializationError when the value cannot be written */
  encode(value: unknown): Uint8Array;
  /** @throws SerializationError when the bytes cannot be read */
  decode(bytes: Uint8Array): unknown;
}
