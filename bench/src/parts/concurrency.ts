/** How many jobs a worker has in hand at once, wherever that is not what is asked. */
export const CONCURRENCY = 100;
