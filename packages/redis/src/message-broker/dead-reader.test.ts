import type { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { ACK, RedisFixture, message } from '../../../../test/support/redis-fixture.js';
import type { Connection } from '../connection/connection.js';

/** The path to the socket of a consumer's reader. */
interface Inside {
  readonly parts: { readonly reader: Connection & { readonly client: { readonly stream: Duplex } } };
}

describe('A settlement that is sent together with the next read', () => {
  const fixture = new RedisFixture();

  it("is sent over the other connection if the reader's connection is half-open", async () => {
    const broker = await fixture.connected({ ownershipTime: 3_000, publishTimeout: 4_000 });
    const consumer = await broker.consume({ channels: ['email'] });
    await broker.publish([message('one')]);
    const [delivery] = await consumer.receive(1, { wait: true });
    swallowWrites((consumer as unknown as Inside).parts.reader.client.stream);
    const begun = performance.now();
    const settled = delivery!.settle(ACK);
    const next = consumer.receive(1, { wait: true });
    await settled;
    const took = performance.now() - begun;
    expect(took).toBeGreaterThan(400); // So the first attempt used the reader's connection.
    expect(took).toBeLessThan(2_000);
    expect(await fixture.redis.xlen('repid:email')).toBe(0);
    consumer.wake();
    await next;
  });
});

function swallowWrites(stream: Duplex): void {
  stream.pause();
  stream.write = (_: unknown, encoding?: unknown, done?: unknown) => {
    const callback = [encoding, done].find((one) => typeof one === 'function') as (() => void) | undefined;
    callback?.();
    return true;
  };
}
