/** Letters in script calls -> the names of an entry's fields, which are those of the Python library. */
export const FIELD_NAMES = { p: 'payload', h: 'headers', c: 'content_type', r: 'reply_to' } as const;

/** The field of an inlined result is named by this text and the bucket's id. */
export const INPUT_FIELD = 'input:';
