/** How many bytes the text has in UTF-8, where that is more than `limit`; undefined where it is not. */
export function sizeAbove(limit: number, text: string): number | undefined {
  // No unit of a text takes more than 3 bytes, so most need not be counted.
  if (text.length * 3 <= limit) return undefined;
  const size = Buffer.byteLength(text);
  return size > limit ? size : undefined;
}

/** How many bytes the names and values of headers have in UTF-8. */
export function sizeOfHeaders(headers: Readonly<Record<string, string>>): number {
  let size = 0;
  for (const name in headers) size += Buffer.byteLength(name) + Buffer.byteLength(headers[name]!);
  return size;
}

/** At least as much as `sizeOfHeaders`, told without counting. */
export function mostOfHeaders(headers: Readonly<Record<string, string>>): number {
  let units = 0;
  for (const name in headers) units += name.length + headers[name]!.length;
  return units * 3;
}
