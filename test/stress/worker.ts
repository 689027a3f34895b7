import { describeEvent, type RepidEvent, Repid, Router, Worker } from '@repid/core';
import { type BrokerOptions, brokersAt } from './brokers.js';
import { Witness } from './witness.js';
import {
  cancelActors,
  chainActors,
  fanInActors,
  hungActors,
  noteActors,
  orderActors,
  riskyActors,
} from './workloads/actors.js';

/** What a worker process is told. */
export interface WorkerSettings extends Omit<BrokerOptions, 'log'> {
  readonly url: string;
  /** The file of the witness. */
  readonly witness: string;
  /** Which work it does: jobs that may kill it, or all others. */
  readonly role: 'risky' | 'common';
  /** @default the worker's */
  readonly concurrency?: number;
}

/** One worker process. Says `ready` when it takes messages, and ends when nobody holds its standard input any more. */
const { url, witness: file, role, concurrency, ...broker } = JSON.parse(process.argv[2] ?? '{}') as WorkerSettings;

process.stdin.resume().once('end', () => process.exit(0));

const witness = new Witness(file);
witness.watchProcess();
const repid = new Repid({ ...brokersAt(url, { ...broker, log }), onEvent });
const tools = { repid, witness };
const common = [chainActors, fanInActors, orderActors, noteActors, hungActors, cancelActors];
const actors = (role === 'risky' ? [riskyActors] : common).flatMap((actorsOf) => actorsOf(tools));
await new Worker(repid.producer, new Router(actors), { concurrency, handleSignals: [] }).run();

function onEvent(event: RepidEvent): void {
  if (event.type === 'worker-started') console.log('ready');
  log(describeEvent(event).text);
}

function log(text: string): void {
  console.error(`${new Date().toISOString()} ${process.pid} ${text}`);
}
