/** A message of a child process: the process or its task is ready, or the task has ended. */
export type Reply = readonly [event: 'ready' | 'result' | 'error', value?: unknown];

/** Sends it to the parent process. */
export function reply(...message: Reply): void {
  process.send?.(message);
}
