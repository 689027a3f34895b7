/** `value instanceof type` that never throws: false for a value that cannot be inspected, such as a revoked proxy. */
export function isA<T>(value: unknown, type: abstract new (...args: never[]) => T): value is T {
  try {
    return value instanceof type;
  } catch {
    return false;
  }
}
