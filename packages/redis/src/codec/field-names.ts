/** The names of an entry's fields, as the Python library has them, by the letters that stand for them in a script call. */
export const FIELD_NAMES = { p: 'payload', h: 'headers', c: 'content_type', r: 'reply_to' } as const;

/** How the name of a field begins that holds a bucket which has come along; the bucket's id follows. */
export const INPUT_FIELD = 'input:';
