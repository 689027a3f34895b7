/** The programs by name, with their descriptions. */
export const PROGRAMS: Readonly<Record<string, string>> = {
  'chaining-jobs': 'a job that acknowledges itself and enqueues the next one atomically',
  'arguments-and-results': 'arguments in a bucket, and a result read from a bucket',
  'chaining-by-bucket-ids': "one job's result bucket as the next job's arguments bucket",
  'chaining-by-messages': 'messages without jobs, from one channel to the next',
  'request-reply': 'a request sent as a message, and its reply awaited',
  'depends-on': 'A, then B, then C, each with the result of the previous job',
  'typed-chain': 'two jobs of typed actors: a result that does not fit the next payload does not compile',
  parallel: 'parallel jobs, then one job with all their results: three jobs, then a thousand',
  guarded: 'a guard, an interceptor, a pipe and a request-scoped provider around an actor',
  retry: 'a job that fails twice and then succeeds, and one that fails for good',
  fallback: 'a job that runs only if another job has failed for good',
  tested: 'the testing kit: no server, no waiting, and processes that die',
  'enqueue-inside': 'a job that enqueues another, awaits its result, and passes it to a third',
};
