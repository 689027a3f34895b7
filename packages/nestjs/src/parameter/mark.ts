declare const MARK: unique symbol;

/**
 * Marks the type of a parameter that does not take the payload, so that a client leaves it out. Any value of the type can be passed:
 * the mark is optional. It needs `length`, which strings and arrays have, because TypeScript compares types that have only optional
 * properties by name.
 */
export type Marked<T extends { readonly length: number }> = T & { readonly length: number; readonly [MARK]?: never };

/** True for a marked type. */
export type IsMarked<T> = typeof MARK extends keyof T ? true : false;
