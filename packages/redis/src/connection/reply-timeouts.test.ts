import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { ReplyTimeouts } from './reply-timeouts.js';

const NEVER = new Promise<never>(() => {});

describe('ReplyTimeouts', () => {
  it('rejects late calls, and no others', async () => {
    const onLate = vi.fn<() => void>();
    const limits = new ReplyTimeouts('here', onLate);
    const late = limits.within(NEVER, performance.now() + 60);
    const later = limits.within(sleep(150, 'reply'), performance.now() + 10_000);
    const sooner = limits.within(NEVER, performance.now() + 20);
    await expect(sooner).rejects.toMatchObject({ code: 'REPID_BROKER_UNAVAILABLE' });
    expect(onLate).toHaveBeenCalledTimes(1);
    await expect(late).rejects.toThrow('it took too long');
    expect(onLate).toHaveBeenCalledTimes(2);
    expect(await later).toBe('reply');
  });

  it('rejects a call immediately if its deadline has passed', async () => {
    const limits = new ReplyTimeouts('here', () => undefined);
    await expect(limits.within(NEVER, performance.now() - 1)).rejects.toThrow('it took too long');
  });

  it('reports nothing if replies arrive in time', async () => {
    const onLate = vi.fn<() => void>();
    const limits = new ReplyTimeouts('here', onLate);
    const deadline = performance.now() + 20;
    expect(await Promise.all([1, 2, 3].map((n) => limits.within(Promise.resolve(n), deadline)))).toEqual([1, 2, 3]);
    await expect(limits.within(Promise.reject(new Error('gone')), deadline)).rejects.toMatchObject({
      code: 'REPID_BROKER_UNAVAILABLE',
    });
    await sleep(50);
    expect(onLate).not.toHaveBeenCalled();
  });

  it('reads replies that arrived while the event loop was blocked before it rejects calls', async () => {
    const server = createServer((socket) => void setTimeout(() => socket.end('reply'), 20));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    await once(socket, 'connect');
    const limits = new ReplyTimeouts('here', () => undefined);
    const reply = once(socket, 'data').then(([chunk]) => String(chunk));
    // The server replies in time, but this process is blocked and cannot read the reply.
    const replied = limits.within(reply, performance.now() + 40);
    await sleep(25);
    const until = performance.now() + 100;
    while (performance.now() < until);
    expect(await replied).toBe('reply');
    server.close();
  });

  it('counts replies, including errors, and pending calls', async () => {
    const limits = new ReplyTimeouts('here', () => undefined);
    const open = limits.within(NEVER, performance.now() + 50);
    await limits.within(Promise.resolve(1), performance.now() + 50);
    await limits.within(Promise.reject(new Error('no')), performance.now() + 50).catch(() => undefined);
    expect([limits.replies, limits.awaited]).toEqual([2, 1]);
    await expect(open).rejects.toThrow('Redis at here did not answer');
    expect(limits.awaited).toBe(0);
  });
});
