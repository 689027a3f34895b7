const LONGEST = 200;

/** A value as an error message quotes it: JSON where there is such a form, and not too much of it. */
export function show(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  const text = toJson(value) ?? String(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text;
}

function toJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined; // A cycle or a BigInt.
  }
}
