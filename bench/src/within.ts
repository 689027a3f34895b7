import { setTimeout as sleep } from 'node:timers/promises';

/** The value, if it comes in time. @throws Error that begins with `fact` when it does not */
export async function within<Value>(milliseconds: number, value: Promise<Value>, fact: string): Promise<Value> {
  const cancel = new AbortController();
  const late = sleep(milliseconds, undefined, { signal: cancel.signal }).then(() => {
    throw new Error(`${fact} within ${milliseconds} ms.`);
  });
  late.catch(() => undefined);
  try {
    return await Promise.race([value, late]);
  } finally {
    cancel.abort();
  }
}
