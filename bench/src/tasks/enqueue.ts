import { note, notes } from '../payload.js';
import type { Place, Producer, Sending, Subject } from '../subjects/subject.js';
import { cpuSecondsSince } from './cpu.js';
import { BULK } from './bulk.js';

const IN_FLIGHT = 100;

/** What a producer is to do. */
export interface EnqueueOrder {
  readonly place: Place;
  readonly sending: Sending;
  /** For how long it begins new calls, in milliseconds. */
  readonly duration: number;
  /** The id of its first note. @default 0 */
  readonly firstId?: number;
}

/** What it has done, until its last call was answered. */
export interface Enqueued {
  readonly sent: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
}

/** Sends for as long as it is told. */
export async function enqueue(subject: Subject, order: EnqueueOrder): Promise<Enqueued> {
  const { place, sending, duration, firstId = 0 } = order;
  const producer = await subject.produce(place, sending);
  const start = performance.now();
  const cpuBefore = process.cpuUsage();
  const sent = await SEND[sending](producer, firstId, () => performance.now() - start < duration);
  const seconds = (performance.now() - start) / 1_000;
  const cpuSeconds = cpuSecondsSince(cpuBefore);
  await producer.close();
  return { sent, seconds, cpuSeconds };
}

/** Answers how many were sent. Ids begin at `first` and have no gaps. */
type Send = (producer: Producer, first: number, goesOn: () => boolean) => Promise<number>;

const SEND: Readonly<Record<Sending, Send>> = {
  'one at a time': sendSingly,
  'in flight': sendInFlight,
  bulk: sendInBulk,
};

async function sendSingly(producer: Producer, first: number, goesOn: () => boolean): Promise<number> {
  let sent = 0;
  while (goesOn()) await producer.send(note(first + sent++));
  return sent;
}

/** Always so many calls that are not answered yet, each followed by the next as soon as it is. */
async function sendInFlight(producer: Producer, first: number, goesOn: () => boolean): Promise<number> {
  let sent = 0;
  const lane = async (): Promise<void> => {
    while (goesOn()) await producer.send(note(first + sent++));
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
  return sent;
}

async function sendInBulk(producer: Producer, first: number, goesOn: () => boolean): Promise<number> {
  let sent = 0;
  for (; goesOn(); sent += BULK) await producer.sendAll(notes(first + sent, BULK));
  return sent;
}
