/** What a job carries. `id` is that of the job, or of the chain that a step belongs to. */
export interface Message {
  readonly id: number;
}

/** About 100 bytes of JSON, with fields that a DTO can check. */
export interface Note extends Message {
  readonly text: string;
}

const TEXT = 'Sphinx of black quartz, judge my vow: pack my box with five dozen liquor jugs.';

export function note(id: number): Note {
  return { id, text: TEXT };
}

/** Notes whose ids start at `first`. */
export function notes(first: number, count: number): Note[] {
  return Array.from({ length: count }, (_, n) => note(first + n));
}

/** Steps of a chain. */
export const CHAIN_LENGTH = 5;

/** The payload of a step of a chain or a part of a fan. Each step computes that of the next. */
export interface Link extends Message {
  /** Steps before it. */
  readonly step: number;
  readonly value: number;
}

export function firstLink(id: number): Link {
  return { id, step: 0, value: id };
}

export function fanLinks(id: number, size: number): Link[] {
  return Array.from({ length: size }, (_, value) => ({ id, step: 0, value }));
}

export function nextLink({ id, step, value }: Link): Link {
  return { id, step: step + 1, value: 3 * value + 1 };
}

export function isEnd({ step }: Link): boolean {
  return step === CHAIN_LENGTH;
}

/** The result of the job that gathers the parts of a fan. */
export function sumOfLinks(links: readonly Link[]): number {
  return links.reduce((sum, { value }) => sum + value, 0);
}
