/** The programs by name, each with what it shows. */
export const PROGRAMS: Readonly<Record<string, string>> = {
  'chaining-jobs': 'a job that ends by acknowledging itself and enqueueing the next one, in one act',
  'arguments-and-results': 'arguments in a bucket, and a result read from one',
  'chaining-by-bucket-ids': "one job's result bucket is the next job's arguments bucket",
  'chaining-by-messages': 'bare messages, from one channel to the next',
  'request-reply': 'a question sent as a message, and the answer awaited',
};
