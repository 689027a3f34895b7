/** The programs by name, each with what it shows. */
export const PROGRAMS: Readonly<Record<string, string>> = {
  'chaining-jobs': 'a job that ends by acknowledging itself and enqueueing the next one, in one act',
  'arguments-and-results': 'arguments in a bucket, and a result read from one',
  'chaining-by-bucket-ids': "one job's result bucket is the next job's arguments bucket",
  'chaining-by-messages': 'bare messages, from one channel to the next',
  'request-reply': 'a question sent as a message, and the answer awaited',
  'depends-on': 'A, then B, then C, each on the result of the one before',
  parallel: 'jobs side by side, then one that gets all their results: three of them, and a thousand',
  retry: 'a job that fails twice and is done, and one that fails for good',
  fallback: 'a job that runs only when another one has failed for good',
  'enqueue-inside': 'a job that enqueues another, awaits its result, and hands it to a third',
};
