/**
 * How much class-transformer may have to do at a stretch, in comparisons of names: about a second. It goes through all of a value
 * at once, and of each object it compares each name of a property with those before it: a payload of a few megabytes has names
 * enough for minutes.
 */
const MOST_WORK = 50_000_000;

/** What an object costs besides. */
const WORK_OF_OBJECT = 250;

/**
 * Looks whether class-transformer can be given a value without holding everybody up.
 *
 * @throws Error that says why not
 */
export function checkWork(value: unknown): void {
  let work = 0;
  const left: unknown[] = [value];
  while (left.length > 0) {
    const next = left.pop();
    if (typeof next !== 'object' || next === null) continue;
    const members: unknown[] = Array.isArray(next) ? next : Object.values(next);
    work += WORK_OF_OBJECT + (Array.isArray(next) ? 0 : members.length ** 2 / 2);
    if (work > MOST_WORK) throw new Error(TOO_MUCH);
    for (const member of members) left.push(member);
  }
}

const TOO_MUCH =
  'it has too many objects, or properties in one object, to be read by class-transformer at a stretch, which this class ' +
  'needs. Send less at once, or do without @Expose(), @Exclude(), sets and maps in it';
