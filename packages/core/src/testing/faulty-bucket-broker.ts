import type { BucketBroker, BucketRecord, BucketWrite, WaitOptions } from '../bucket/index.js';
import type { OutgoingMessage } from '../message/index.js';
import type { Faults } from './faults.js';

/** A bucket broker with planned faults. See `FaultyMessageBroker`. */
export class FaultyBucketBroker implements BucketBroker {
  readonly name: string;

  constructor(
    /** The broker that stores the buckets. */
    readonly wrapped: BucketBroker,
    private readonly faults: Faults,
  ) {
    this.name = wrapped.name;
  }

  connect(): Promise<void> {
    return this.wrapped.connect();
  }

  disconnect(): Promise<void> {
    return this.wrapped.disconnect();
  }

  get(ids: readonly string[]): Promise<(string | undefined)[]> {
    return this.faults.around('get', () => this.wrapped.get(ids));
  }

  store(buckets: readonly BucketRecord[]): Promise<void> {
    return this.faults.around('store', () => this.wrapped.store(buckets));
  }

  delete(ids: readonly string[]): Promise<number> {
    return this.faults.around('delete', () => this.wrapped.delete(ids));
  }

  wait(id: string, options: WaitOptions): Promise<string> {
    return this.faults.around('wait', () => this.wrapped.wait(id, options));
  }
}

/** The broker that stores the buckets: only that one can share transactions with a message broker. */
export function unwrapped(buckets: BucketBroker): BucketBroker {
  return buckets instanceof FaultyBucketBroker ? unwrapped(buckets.wrapped) : buckets;
}

/** The write, directed to the broker that really stores it. */
export function unwrappedWrite<Write extends Pick<BucketWrite, 'into'>>(write: Write): Write {
  return { ...write, into: unwrapped(write.into) };
}

/** The message, with all its writes directed to the brokers that really store them. */
export function unwrappedMessage(message: OutgoingMessage): OutgoingMessage {
  const { buckets, clears, waits } = message;
  return {
    ...message,
    buckets: buckets?.map(unwrappedWrite),
    clears: clears?.map(unwrappedWrite),
    waits: waits && { ...waits, result: waits.result && unwrappedWrite(waits.result) },
  };
}
