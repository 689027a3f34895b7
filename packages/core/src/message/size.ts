/** The size of the text in UTF-8 bytes if it exceeds `limit`; otherwise undefined. */
export function sizeAbove(limit: number, text: string): number | undefined {
  // A UTF-16 unit takes at most 3 bytes, so most texts need not be counted.
  if (text.length * 3 <= limit) return undefined;
  const size = Buffer.byteLength(text);
  return size > limit ? size : undefined;
}

/** The size of header names and values in UTF-8 bytes. */
export function sizeOfHeaders(headers: Readonly<Record<string, string>>): number {
  let size = 0;
  for (const name in headers) size += Buffer.byteLength(name) + Buffer.byteLength(headers[name]!);
  return size;
}

/** An upper bound of `sizeOfHeaders` that needs no counting. */
export function mostOfHeaders(headers: Readonly<Record<string, string>>): number {
  let units = 0;
  for (const name in headers) units += name.length + headers[name]!.length;
  return units * 3;
}
