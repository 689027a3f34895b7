import { describe, expect, it, vi } from 'vitest';
import { BrokerClosedError, BrokerUnavailableError } from '../errors/index.js';
import { InMemoryBucketBroker, InMemoryMessageBroker } from '../memory/index.js';
import { Repid } from '../producer/index.js';

/** Records the calls. */
class Watched extends InMemoryMessageBroker {
  readonly calls: string[] = [];
  failures = 0;
  /** Held up until then. */
  until: Promise<void> = Promise.resolve();

  override async connect(): Promise<void> {
    this.calls.push('connect');
    if (this.failures-- > 0) throw new BrokerUnavailableError('away');
    await super.connect();
  }

  override async disconnect(): Promise<void> {
    this.calls.push('disconnect');
    await this.until;
    await super.disconnect();
    this.calls.push('disconnected');
  }
}

describe('Connections of one process that share a broker', () => {
  const makeTwo = (messageBroker: InMemoryMessageBroker) => {
    const buckets = new InMemoryBucketBroker({ clock: messageBroker.clock });
    const options = { messageBroker, argsBucketBroker: buckets, resultsBucketBroker: buckets };
    return [new Repid(options), new Repid(options)] as const;
  };

  it('keep the broker connected until the last of them closes', async () => {
    const broker = new Watched();
    const [one, other] = makeTwo(broker);
    await Promise.all([one.connect(), other.connect()]);
    await one.disconnect();
    await one.disconnect();
    expect(broker.calls).not.toContain('disconnect');
    await expect(one.job('x').enqueue()).rejects.toThrow(BrokerClosedError);
    expect(await (await other.job('x').enqueue()).status()).toEqual({ state: 'queued' });
    await other.disconnect();
    expect(broker.calls.filter((call) => call === 'disconnect')).toHaveLength(1);
  });

  it('end only the pending waits of the closed one', async () => {
    const [one, other] = makeTwo(new InMemoryMessageBroker());
    const waiting = (await one.job('x').enqueue()).waitForResult({ timeout: '1h' });
    const others = (await other.job('y').enqueue()).waitForResult({ timeout: '1h', signal: AbortSignal.timeout(200) });
    const ends = Promise.allSettled([waiting, others]);
    await one.disconnect();
    await expect(waiting).rejects.toThrow(BrokerClosedError);
    const [, end] = await ends;
    expect(end).toMatchObject({ reason: { name: 'TimeoutError' } });
    await other.disconnect();
  });

  it('may connect while the last other one closes', async () => {
    const broker = new Watched();
    const [one, other] = makeTwo(broker);
    await one.connect();
    let release = (): void => undefined;
    broker.until = new Promise((resolve) => (release = resolve));
    const closed = one.disconnect();
    await vi.waitUntil(() => broker.calls.includes('disconnect'));
    const connected = other.connect();
    release();
    await Promise.all([closed, connected]);
    expect(broker.calls).toEqual(['connect', 'disconnect', 'disconnected', 'connect']);
    await other.job('x').enqueue();
    await other.disconnect();
  });

  it('do not count connections that failed', async () => {
    const broker = new Watched();
    broker.failures = 1;
    const [one, other] = makeTwo(broker);
    await expect(one.connect()).rejects.toThrow('away');
    await other.connect();
    await other.disconnect();
    expect(broker.calls).toContain('disconnected');
  });

  it('can be closed while they connect, and connected again', async () => {
    const broker = new Watched();
    const [one] = makeTwo(broker);
    const connecting = one.connect();
    await Promise.allSettled([connecting, one.disconnect()]);
    expect(broker.calls.at(-1)).toBe('disconnected');
    await one.connect();
    await one.job('x').enqueue();
    await one.disconnect();
    expect(broker.calls.at(-1)).toBe('disconnected');
  });
});
