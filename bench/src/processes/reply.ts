/** What a child process sends: that it, or its task, is ready for what other processes do, or how its task ended. */
export type Reply = readonly [event: 'ready' | 'result' | 'error', value?: unknown];

/** Sends it to the parent process. */
export function reply(...message: Reply): void {
  process.send?.(message);
}
