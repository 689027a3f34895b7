/** The payload of a job. */
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

/** The payload of a step of a chain, or of a part of a fan-in. Its value is its id plus the steps before it. */
export interface Link extends Message {
  readonly step: number;
  readonly value: number;
}

/** Steps of a chain. */
export const CHAIN_LENGTH = 5;

export function firstLink(id: number): Link {
  return { id, step: 0, value: id };
}
