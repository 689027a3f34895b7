import { describeEvent, type RepidEvent, Repid, Router, Worker } from '@repid/core';
import { type BrokerOptions, brokersAt } from './brokers.js';
import { RunLog } from './run-log.js';
import {
  cancelActors,
  chainActors,
  fanInActors,
  hungActors,
  noteActors,
  orderActors,
  poisonActors,
} from './workloads/actors.js';

/** The settings of a worker process. */
export interface WorkerSettings extends Omit<BrokerOptions, 'log'> {
  readonly url: string;
  /** The file of the run log. */
  readonly runLog: string;
  /** The worker's actors: those of poison jobs and the harmless jobs on their channel, or all others. */
  readonly role: 'poison' | 'common';
  /** @default that of `Worker` */
  readonly concurrency?: number;
}

// The program of a worker process. Prints `ready` when it takes messages. Exits when its standard input is closed.
const { url, runLog: file, role, concurrency, ...broker } = JSON.parse(process.argv[2] ?? '{}') as WorkerSettings;

process.stdin.resume().once('end', () => process.exit(0));

const runLog = new RunLog(file);
runLog.watchProcess();
const repid = new Repid({ ...brokersAt(url, { ...broker, log }), onEvent });
const tools = { repid, runLog };
const common = [chainActors, fanInActors, orderActors, noteActors, hungActors, cancelActors];
const actors = (role === 'poison' ? [poisonActors] : common).flatMap((actorsOf) => actorsOf(tools));
await new Worker(repid.producer, new Router(actors), { concurrency, handleSignals: [] }).run();

function onEvent(event: RepidEvent): void {
  if (event.type === 'worker-started') console.log('ready');
  log(describeEvent(event).text);
}

function log(text: string): void {
  console.error(`${new Date().toISOString()} ${process.pid} ${text}`);
}
