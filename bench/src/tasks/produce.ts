import { setTimeout as sleep } from 'node:timers/promises';
import { note, notes } from '../payload.js';
import type { QueueSettings, Sending, Subject } from '../subjects/subject.js';
import { machineTime, startTimer } from './timing.js';
import type { Work } from './work.js';

/** Jobs of one call that sends in bulk. */
export const BULK = 1_000;

/** Calls that are not answered yet, where jobs are sent `in flight`. */
const IN_FLIGHT = 100;

/** The shortest delay of a delayed job, in milliseconds. */
const SHORTEST_DELAY = 10;

/** Coprime to all counts: its multiples, modulo the count, visit all numbers below it in a scattered order. */
const STRIDE = 7_919;

/** Sends `count` notes in bulk, at most so fast that `maxQueued` of them are not done. */
export async function preload(subject: Subject, settings: QueueSettings, count: number, maxQueued?: number) {
  const producer = await subject.produce(settings, 'bulk');
  for (let sent = 0; sent < count; sent += BULK) {
    while (maxQueued !== undefined && (await producer.left()) > maxQueued - BULK) await sleep(1);
    await producer.sendAll(notes(sent, Math.min(BULK, count - sent)));
  }
  await producer.close();
}

export interface EnqueueOrder {
  readonly sending: Sending;
  /** How long it starts new calls, in milliseconds. */
  readonly duration: number;
  /** The id of its first note. @default 0 */
  readonly firstId?: number;
}

/** Sends for some time, and measures until the last call is answered. */
export async function enqueue(subject: Subject, settings: QueueSettings, order: EnqueueOrder): Promise<Work> {
  const { sending, duration, firstId = 0 } = order;
  const producer = await subject.produce(settings, sending);
  let sent = 0;
  const sendOne = () => producer.send(note(firstId + sent++));
  const sendBulk = () => producer.sendAll(notes(firstId + (sent += BULK) - BULK, BULK));
  const send = sending === 'bulk' ? sendBulk : sendOne;
  const elapsed = startTimer();
  const end = performance.now() + duration;
  const sendRepeatedly = async () => {
    while (performance.now() < end) await send();
  };
  await Promise.all(Array.from({ length: sending === 'in flight' ? IN_FLIGHT : 1 }, sendRepeatedly));
  const work = { jobs: sent, total: sent, ...elapsed() };
  await producer.close();
  return work;
}

export interface SingleOrder {
  readonly count: number;
  /** How long to wait after each, at least and at most, in milliseconds. @default not at all */
  readonly pause?: readonly [min: number, max: number];
  /** Jobs are delayed, at most so many milliseconds. The delays are spread evenly and scattered. */
  readonly maxDelay?: number;
}

/** Sends jobs one after the other. Returns the earliest time at which each can be handled, on the machine's clock. */
export async function sendSingly(subject: Subject, settings: QueueSettings, { count, pause, maxDelay }: SingleOrder) {
  const producer = await subject.produce(settings, 'one at a time');
  const times: number[] = [];
  for (let id = 0; id < count; id += 1) {
    const delay =
      maxDelay && Math.round(SHORTEST_DELAY + ((maxDelay - SHORTEST_DELAY) * ((id * STRIDE) % count)) / count);
    times.push(machineTime() + (delay ?? 0));
    await (delay === undefined ? producer.send(note(id)) : producer.sendDelayed!(note(id), delay));
    if (pause !== undefined) await sleep(pause[0] + Math.random() * (pause[1] - pause[0]));
  }
  await producer.close();
  return times;
}

/** Returns the number of jobs that are not done. */
export async function left(subject: Subject, settings: QueueSettings): Promise<number> {
  const producer = await subject.produce(settings, 'one at a time');
  const count = await producer.left();
  await producer.close();
  return count;
}
