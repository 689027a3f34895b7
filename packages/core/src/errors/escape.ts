/**
 * Characters that end a line, move the cursor, or change the text direction: a text with them could forge lines of a
 * log.
 */
// oxlint-disable-next-line no-control-regex -- control characters are what this matches
const UNSAFE = /[\u0000-\u001F\u007F-\u009F\u200E\u200F\u2028-\u202E\u2066-\u2069]/g;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Escapes the text's control characters (`\n`, `\u001b`), so that it stays on one line of a log. */
export function escapeControls(text: string): string {
  return text.replaceAll(UNSAFE, (character) => SHORT[character] ?? codeOf(character));
}

function codeOf(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
