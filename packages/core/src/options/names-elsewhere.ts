/** An option that another queue has, and the option here that takes its place. */
interface Elsewhere {
  readonly ours: string;
  readonly remedy: string;
}

/** Options of BullMQ by name. */
const ELSEWHERE: Readonly<Record<string, readonly Elsewhere[]>> = {
  attempts: [
    { ours: 'retries', remedy: 'Use "retries", which does not count the first run.' },
    { ours: 'retryPolicy', remedy: 'Give the job "retries", which does not count the first run.' },
  ],
  backoff: [
    { ours: 'retryPolicy', remedy: 'Use "retryPolicy".' },
    { ours: 'retries', remedy: 'Give the actor a "retryPolicy".' },
  ],
  jobId: [{ ours: 'id', remedy: 'Use "id".' }],
  repeat: [{ ours: 'every', remedy: 'Use "every" or "cron".' }],
  pattern: [{ ours: 'cron', remedy: 'Use "cron".' }],
  removeOnComplete: [
    {
      ours: 'resultTtl',
      remedy: 'A job is removed when it is done. "resultTtl" is how long its result is kept.',
    },
  ],
  removeOnFail: [
    {
      ours: 'resultTtl',
      remedy: 'A failed job goes to the dead letters. The broker\'s "deadLetters" limits them.',
    },
  ],
  parent: [{ ours: 'dependsOn', remedy: 'Use "dependsOn" on the job that waits.' }],
  lockDuration: [{ ours: 'concurrency', remedy: 'Give the message broker an "ownershipTime".' }],
  limiter: [{ ours: 'concurrency', remedy: 'There is no rate limit yet. An actor has a "concurrency".' }],
};

/** What to use instead of an option that does not exist; undefined if nothing is known. */
export function remedyFor(option: string, known: readonly string[]): string | undefined {
  const candidates = Object.hasOwn(ELSEWHERE, option) ? ELSEWHERE[option] : undefined;
  return candidates?.find(({ ours }) => known.includes(ours))?.remedy;
}
