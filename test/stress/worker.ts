import { Repid, Router, Worker } from '@repid/core';
import { actorsFor } from './actors.js';
import { brokersAt } from './brokers.js';

/** One worker process. Says `ready` when it takes messages, and ends when nobody holds its standard input any more. */
const [url = '', witness = ''] = process.argv.slice(2);

process.stdin.resume().once('end', () => process.exit(0));

const repid = new Repid({
  ...brokersAt(url),
  onEvent: ({ type }) => {
    if (type === 'worker-started') console.log('ready');
  },
});
const router = new Router(actorsFor(repid, witness));
await new Worker(repid.producer, router, { concurrency: 25, handleSignals: [] }).run();
