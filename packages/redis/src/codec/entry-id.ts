/** The least and the greatest of some entry ids. */
export function boundsOf(entries: readonly string[]): readonly [least: string, greatest: string] {
  let [least, greatest] = [entries[0]!, entries[0]!];
  for (const entry of entries) {
    if (isBefore(entry, least)) least = entry;
    else if (isBefore(greatest, entry)) greatest = entry;
  }
  return [least, greatest];
}

// An id is two numbers: milliseconds, which have the same number of digits for centuries, and a count. Texts of equal length compare
// like the numbers, and faster.
function isBefore(one: string, other: string): boolean {
  if (one.length === other.length) return one < other;
  const [time, count] = numbersOf(one);
  const [otherTime, otherCount] = numbersOf(other);
  return time === otherTime ? count < otherCount : time < otherTime;
}

function numbersOf(entry: string): readonly [time: number, count: number] {
  const dash = entry.indexOf('-');
  return [Number(entry.slice(0, dash)), Number(entry.slice(dash + 1))];
}
