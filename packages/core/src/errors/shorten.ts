/** The text, or as much of it as is asked for, and how much was left out. No character is cut in two. */
export function shorten(text: string, most: number): string {
  if (text.length <= most) return text;
  const kept = text.slice(0, isHighSurrogate(text.charCodeAt(most - 1)) ? most - 1 : most);
  return `${kept}... (${text.length - kept.length} more characters)`;
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
