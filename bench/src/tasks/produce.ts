import { range, shuffle } from 'd3-array';
import { setTimeout as sleep } from 'node:timers/promises';
import { CHAIN_LENGTH, firstLink, note } from '../payload.js';
import { chainMethod, subject } from '../processes/subject.js';
import type { Chains, QueueSettings, Sending } from '../subjects/subject.js';
import { machineTime, startTimer } from './timing.js';
import type { Work } from './work.js';

/** Jobs of one call that sends in bulk. */
const BULK = 1_000;

/** Pending calls, if jobs are sent in flight. */
const IN_FLIGHT = 100;

/** The shortest delay of a delayed job, in milliseconds. */
const MIN_DELAY = 10;

/** Sends `count` notes in bulk, so that at most `maxQueued` of them are not done. */
export async function preload(settings: QueueSettings, count: number, maxQueued?: number): Promise<void> {
  const producer = await subject.produce(settings, 'in bulk, 1,000 each');
  for (let sent = 0; sent < count; sent += BULK) {
    while (maxQueued !== undefined && (await producer.left()) > maxQueued - BULK) await sleep(1);
    await producer.sendAll(range(sent, Math.min(count, sent + BULK)).map(note));
  }
  await producer.close();
}

/** Starts calls for `duration` milliseconds, and measures until the last one has completed. */
export async function enqueue(
  settings: QueueSettings,
  sending: Sending,
  duration: number,
  firstId: number,
): Promise<Work> {
  const producer = await subject.produce(settings, sending);
  let next = firstId;
  const sendOne = () => producer.send(note(next++));
  const sendMany = () => producer.sendAll(range(next, (next += BULK)).map(note));
  const send = sending === 'in bulk, 1,000 each' ? sendMany : sendOne;
  const elapsed = startTimer();
  const end = performance.now() + duration;
  const sendRepeatedly = async (): Promise<void> => {
    while (performance.now() < end) await send();
  };
  await Promise.all(range(sending === '100 in flight' ? IN_FLIGHT : 1).map(sendRepeatedly));
  const work = { jobs: next - firstId, total: next - firstId, ...elapsed() };
  await producer.close();
  return work;
}

export interface SingleJobs {
  readonly count: number;
  /** How long to wait after each, at least and at most, in milliseconds. @default not at all */
  readonly pause?: readonly [min: number, max: number];
  /** Delays jobs by at most this many milliseconds. The delays are spread evenly, and scattered. @default not at all */
  readonly maxDelay?: number;
}

/** Sends jobs one after the other. Returns the earliest time at which each can be handled, on the machine's clock. */
export async function sendSingly(settings: QueueSettings, { count, pause, maxDelay }: SingleJobs): Promise<number[]> {
  const producer = await subject.produce(settings, 'one at a time');
  const delays = maxDelay && shuffle(range(MIN_DELAY, maxDelay, (maxDelay - MIN_DELAY) / count));
  const times: number[] = [];
  for (let id = 0; id < count; id += 1) {
    const delay = delays && Math.round(delays[id]!);
    times.push(machineTime() + (delay ?? 0));
    await (delay === undefined ? producer.send(note(id)) : producer.sendDelayed!(note(id), delay));
    if (pause !== undefined) await sleep(pause[0] + Math.random() * (pause[1] - pause[0]));
  }
  await producer.close();
  return times;
}

/** Sends chains or fan-ins in bulk. Returns the machine's time at which it started to. */
export async function sendChains(settings: QueueSettings, { method, count, size }: Chains): Promise<number> {
  const producer = await chainMethod(method).produce(settings, 'in bulk, 1,000 each');
  const start = machineTime();
  const batch = Math.max(1, Math.floor(BULK / (size ?? CHAIN_LENGTH)));
  for (let first = 0; first < count; first += batch) {
    const ids = range(first, Math.min(count, first + batch));
    if (size === undefined) await producer.sendAll(ids.map(firstLink));
    else await producer.sendFans!(ids.map((fan) => range(fan * size, (fan + 1) * size).map(firstLink)));
  }
  await producer.close();
  return start;
}

/** Returns the number of jobs that are not done. */
export async function left(settings: QueueSettings): Promise<number> {
  const producer = await subject.produce(settings, 'one at a time');
  const count = await producer.left();
  await producer.close();
  return count;
}
