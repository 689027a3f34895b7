/** `value instanceof type` for a value of any origin: false where the value cannot be asked, such as a revoked proxy. */
export function isA<T>(value: unknown, type: abstract new (...args: never[]) => T): value is T {
  try {
    return value instanceof type;
  } catch {
    return false;
  }
}
