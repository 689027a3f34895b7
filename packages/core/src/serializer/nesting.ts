/** True if objects and arrays of a parsed text are nested deeper than `most`. */
export function isNestedBeyond(value: unknown, most: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (most === 0) return true;
  return Array.isArray(value) ? hasDeepItem(value, most - 1) : hasDeepField(value as Record<string, unknown>, most - 1);
}

// Every large payload goes through these two functions, so primitives are skipped without a call.
function hasDeepItem(items: readonly unknown[], most: number): boolean {
  for (let at = 0; at < items.length; at += 1) {
    const item = items[at];
    if (typeof item === 'object' && item !== null && isNestedBeyond(item, most)) return true;
  }
  return false;
}

function hasDeepField(fields: Readonly<Record<string, unknown>>, most: number): boolean {
  for (const name in fields) {
    const field = fields[name];
    if (typeof field === 'object' && field !== null && isNestedBeyond(field, most)) return true;
  }
  return false;
}
