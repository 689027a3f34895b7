import type { Priority } from '@repid/core';

/** What the script calls each priority. */
export const LETTER = { high: 'h', medium: 'm', low: 'l' } as const satisfies Record<Priority, string>;
