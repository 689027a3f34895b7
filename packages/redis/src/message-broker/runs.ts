import type { Request } from './act.js';

/** Some that are alike in all but their entries, one at least. */
export type Run = readonly [Request, ...Request[]];

/** Cuts requests, in their order, into runs that are alike in all but their entries: the script looks after those together. */
export function runsOf(requests: readonly Request[]): readonly Run[] {
  const runs: [Request, ...Request[]][] = [];
  for (const request of requests) {
    const run = runs.at(-1);
    if (run && areAlike(run[0], request)) run.push(request);
    else runs.push([request]);
  }
  return runs;
}

/** The ids of a run's entries. */
export function entriesOf(run: Run): readonly string[] {
  return run.map((one) => one.delivery.hold.entry);
}

function areAlike({ delivery: one, act }: Request, { delivery: other, act: otherAct }: Request): boolean {
  return (
    act.outcome === otherAct.outcome &&
    act.rest === otherAct.rest &&
    one.deliveryCount === other.deliveryCount &&
    one.priority === other.priority &&
    one.message.channel === other.message.channel &&
    one.hold.consumer === other.hold.consumer
  );
}
