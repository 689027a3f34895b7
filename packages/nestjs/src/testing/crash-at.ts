import {
  AdjustableClock,
  InMemoryBucketBroker,
  InMemoryMessageBroker,
  type BucketBroker,
  type MessageBroker,
} from '@repid/core';
import {
  Faults,
  FaultyBucketBroker,
  FaultyMessageBroker,
  type FaultMoment,
  type FaultyCall,
} from '@repid/core/testing';

/** Brokers for `RepidTestingModule.forRoot()`. */
export interface CrashBrokers {
  readonly messageBroker: MessageBroker;
  readonly argsBucketBroker: BucketBroker;
  readonly resultsBucketBroker: BucketBroker;
}

/** The brokers of two processes that share everything. */
export interface Crash {
  /** For the application that dies. After the fault, no call of it reaches the brokers any more. */
  readonly dying: CrashBrokers;
  /** For the application that continues. */
  readonly living: CrashBrokers;
}

/**
 * Plans the death of a process: the first call of this name fails at this moment, and no further call comes through. Start
 * one application with the brokers `dying` and drain it, which may reject. Then start another with `living`; after
 * `advance(app, '5m')` it takes over what the first has left.
 *
 * @param moment before the call, during it, or after it was carried out, when its reply is lost
 * @param call the call that the process does not survive. Default: its first settlement
 */
export function crashAt(moment: FaultMoment, call: FaultyCall = 'settle'): Crash {
  const clock = new AdjustableClock();
  const messageBroker = new InMemoryMessageBroker({ clock });
  const buckets = new InMemoryBucketBroker({ clock });
  const faults = new Faults().strike(call, moment, { fatal: true });
  const faulty = new FaultyBucketBroker(buckets, faults);
  return {
    dying: {
      messageBroker: new FaultyMessageBroker(messageBroker, faults),
      argsBucketBroker: faulty,
      resultsBucketBroker: faulty,
    },
    living: { messageBroker, argsBucketBroker: buckets, resultsBucketBroker: buckets },
  };
}
