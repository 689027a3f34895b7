/** The names of an entry's fields, which are those of the Python library, by the letters that stand for them in script calls. */
export const FIELD_NAMES = { p: 'payload', h: 'headers', c: 'content_type', r: 'reply_to' } as const;

/** How the name of the field of an inlined result begins. The bucket's id follows. */
export const INPUT_FIELD = 'input:';
