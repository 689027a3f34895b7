/**
 * Maximum work for one call of class-transformer, in comparisons of property names: about one second. class-transformer
 * transforms the whole value synchronously, and compares each property name of an object with all others.
 */
const MAX_WORK = 50_000_000;

/** The cost of an object without properties, in the same unit. */
const OBJECT_WORK = 250;

/**
 * Checks that class-transformer can transform the value without blocking the event loop for too long.
 *
 * @throws Error with the reason and the remedy
 */
export function checkTransformerWork(value: unknown): void {
  let work = 0;
  const remaining: unknown[] = [value];
  while (remaining.length > 0) {
    const next = remaining.pop();
    if (typeof next !== 'object' || next === null) continue;
    const members: unknown[] = Array.isArray(next) ? next : Object.values(next);
    work += OBJECT_WORK + (Array.isArray(next) ? 0 : members.length ** 2 / 2);
    if (work > MAX_WORK) throw new Error(TOO_MUCH);
    for (const member of members) remaining.push(member);
  }
}

const TOO_MUCH =
  'it has too many objects, or too many properties in one object. class-transformer would transform the whole value in ' +
  'one synchronous call. Send less at once, take an array with @Payload({ items: Class }), or use a Standard Schema';
