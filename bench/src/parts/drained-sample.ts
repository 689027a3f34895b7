import type { Sample } from '../figure.js';
import type { Drained } from '../tasks/drain.js';
import { perTenThousand } from './per-ten-thousand.js';

/** The rate within the window, and what each 10,000 cost. Redis works for the rest of the run, too, so for all that were handled. */
export function drainedSample({ settled, handled, seconds, cpuSeconds }: Drained, redisSeconds: number): Sample {
  return {
    value: settled / seconds,
    cpu: { process: perTenThousand(cpuSeconds, settled), redis: perTenThousand(redisSeconds, handled) },
  };
}
