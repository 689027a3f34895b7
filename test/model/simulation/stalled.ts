import { type Consumer, type Delivery, LostOwnershipError } from '@repid/core';
import type { World } from '../worlds/world.js';
import type { Ledger } from './ledger.js';

/** A worker that takes messages and does not settle them. */
export class StalledWorker {
  private consumer: Consumer | undefined;
  private readonly taken: Delivery[] = [];

  constructor(
    private readonly world: World,
    private readonly ledger: Ledger,
  ) {}

  async take(count: number): Promise<void> {
    await this.world.stalled.connect();
    this.consumer ??= await this.world.stalled.consume({ channels: this.world.channels });
    this.taken.push(...(await this.consumer.receive(count, { wait: false })));
  }

  /** Settles after the ownership has expired. No settlement may be committed. */
  async settleLate(): Promise<void> {
    for (const delivery of this.taken) {
      const follower = { channel: this.world.channels[0]!, payload: new Uint8Array(0), headers: { topic: 'never' } };
      const problem = await delivery
        .settle({ outcome: { type: 'ack' }, publish: [follower] })
        .catch((error: unknown) => error);
      if (!(problem instanceof LostOwnershipError)) this.ledger.note(`a late settlement ended with ${String(problem)}`);
    }
  }

  async close(): Promise<void> {
    await this.consumer?.close();
  }
}
