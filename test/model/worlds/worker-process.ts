import type { BucketBroker, EventListener, MessageBroker, Repid } from '@repid/core';
import { Faults, FaultyBucketBroker, FaultyMessageBroker } from '@repid/core/testing';
import type { StrikePlan } from '../plan/plan.js';
import type { WorkerProcess } from './world.js';

/** Starts a process that uses these brokers, with the given faults. */
export function startProcess(
  strikes: readonly StrikePlan[],
  messages: MessageBroker,
  buckets: BucketBroker,
  connect: (messages: MessageBroker, buckets: BucketBroker) => Repid,
): WorkerProcess {
  const faults = new Faults();
  for (const { call, moment, ...options } of strikes) faults.strike(call, moment, options);
  const repid = connect(new FaultyMessageBroker(messages, faults), new FaultyBucketBroker(buckets, faults));
  return { repid, faults };
}

/** Listens to events, and counts lost ownerships. */
export class EventMonitor {
  lost = 0;

  constructor(private readonly isBad: boolean) {}

  readonly listener: EventListener = ({ type }) => {
    if (type === 'ownership-lost') this.lost += 1;
    if (this.isBad) throw new Error('A listener has failed.');
  };
}
