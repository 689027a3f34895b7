/** When a message is acknowledged. */
export const CONFIRMATIONS = ['auto', 'always-ack', 'ack-first', 'manual', 'manual-explicit'] as const;
export type Confirmation = (typeof CONFIRMATIONS)[number];

/** What happens to a message whose actor failed and that has no retries left. */
export const ERROR_ACTIONS = ['nack', 'reject', 'ack'] as const;
export type ErrorAction = (typeof ERROR_ACTIONS)[number];
