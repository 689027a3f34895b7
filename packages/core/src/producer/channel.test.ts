import { describe, expect, it, vi } from 'vitest';
import { defineActor } from '../actor/index.js';
import { InvalidOptionError } from '../errors/index.js';
import { TestBed } from '../worker/testing/test-bed.test-support.js';
import type { Channel } from './index.js';

/** A channel with three dead letters. */
async function withDeadLetters() {
  const fail = defineActor({ name: 'fail' }, () => {
    throw new Error('broken');
  });
  const testBed = new TestBed([fail]);
  for (const id of ['a', 'b', 'c']) await testBed.repid.job('fail', { id }).enqueue();
  await testBed.drain({ concurrency: 1 });
  const channel = testBed.repid.channel('default');
  return { testBed, channel, letters: await channel.deadLetters() };
}

describe('Dead letters', () => {
  it('are replayed, with a report on each', async () => {
    const { testBed, channel, letters } = await withDeadLetters();
    await testBed.repid.job('fail', { id: 'b' }).enqueue();
    const report = await channel.replayDeadLetters({ ids: [...letters.map(({ id }) => id), 'never'] });
    expect(report).toMatchObject({
      replayed: 2,
      letters: [
        { id: letters[0]!.id, outcome: 'replayed', jobId: 'a' },
        { id: letters[1]!.id, outcome: 'job-exists', jobId: 'b', place: { location: 'queued', channel: 'default' } },
        { id: letters[2]!.id, outcome: 'replayed', jobId: 'c' },
        { id: 'never', outcome: 'not-found' },
      ],
    });
    expect(await channel.deadLetters()).toMatchObject([{ id: letters[1]!.id }]);
  });

  it('are deleted one by one', async () => {
    const { channel, letters } = await withDeadLetters();
    expect(await channel.deleteDeadLetters([letters[0]!.id, letters[2]!.id, 'never'])).toBe(2);
    expect(await channel.deadLetters()).toMatchObject([{ id: letters[1]!.id }]);
    expect(await channel.deleteDeadLetters([])).toBe(0);
  });

  it.each<[string, (channel: Channel) => Promise<unknown>]>([
    [
      '"limit" of replayDeadLetters() of channel "default" is "many"',
      (c) => c.replayDeadLetters({ limit: 'many' as never }),
    ],
    ['"limit" of replayDeadLetters() of channel "default" is -1', (c) => c.replayDeadLetters({ limit: -1 })],
    ['"limit" of replayDeadLetters() of channel "default" is 1.5', (c) => c.replayDeadLetters({ limit: 1.5 })],
    ['has no option "topic". It has: ids, limit, withDependents', (c) => c.replayDeadLetters({ topic: 'y' } as never)],
    ['"ids" of replayDeadLetters() of channel "default" is "1-0"', (c) => c.replayDeadLetters({ ids: '1-0' as never })],
    ['expected an array of ids', (c) => c.replayDeadLetters({ ids: [''] })],
    ['expected an array of ids', (c) => c.replayDeadLetters({ ids: undefined } as never)],
    ['is "yes": expected true or false', (c) => c.replayDeadLetters({ withDependents: 'yes' as never })],
    ['expected an object such as { ids: [...] }', (c) => c.replayDeadLetters([] as never)],
    ['expected an object such as { ids: [...] }', (c) => c.replayDeadLetters('1-0' as never)],
    ['expected an object such as { ids: [...] }', (c) => c.replayDeadLetters(new Map([['ids', []]]) as never)],
    ['expected an object such as { ids: [...] }', (c) => c.replayDeadLetters(null as never)],
    ['"ids" of deleteDeadLetters() of channel "default" is', (c) => c.deleteDeadLetters(undefined as never)],
    ['"ids" of deleteDeadLetters() of channel "default" is "all"', (c) => c.deleteDeadLetters('all' as never)],
    ['"limit" of deadLetters() of channel "default" is -1', (c) => c.deadLetters(-1)],
    ['"limit" of deadLetters() of channel "default" is 0', (c) => c.deadLetters(0)],
    ['"limit" of peek() of channel "default" is 2.5', (c) => c.peek(2.5)],
    ['"limit" of peek() of channel "default" is "5"', (c) => c.peek('5' as never)],
    ['"limit" of peek() of channel "default" is ', (c) => c.peek(Number.NaN)],
  ])('are kept if the options are invalid: %s', async (message, ask) => {
    const { testBed, channel } = await withDeadLetters();
    const replay = vi.spyOn(testBed.broker.channels, 'replayDeadLetters');
    await expect(ask(channel)).rejects.toThrow(InvalidOptionError);
    await expect(ask(channel)).rejects.toThrow(message);
    expect(replay).not.toHaveBeenCalled();
    expect(await channel.deadLetters()).toHaveLength(3);
  });
});
