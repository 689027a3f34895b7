/** What every job carries: about 100 bytes of JSON, and fields that a DTO can check. */
export interface Note {
  readonly id: number;
  readonly text: string;
}

const TEXT = 'Sphinx of black quartz, judge my vow: pack my box with five dozen liquor jugs.';

export function note(id: number): Note {
  return { id, text: TEXT };
}

/** Notes whose ids begin at `first`. */
export function notes(first: number, count: number): Note[] {
  return Array.from({ length: count }, (_, n) => note(first + n));
}
