import { BrokerUnavailableError } from '@repid/core';
import { FAULT_MOMENTS, Faults } from '@repid/core/testing';
import { describe, expect, it } from 'vitest';
import { AUDIT, byCallback, byDependency } from './chains.js';
import { inMemory, type Place } from './place.js';
import { Process } from './process.js';

describe('A process that dies between the steps of a settlement', () => {
  const afterAllBut = (): Faults => new Faults().strike('settle', 'before', { fatal: true });

  it('leaves a follower that is not there twice while the broker still holds it', async () => {
    const place = inMemory();
    const [client, living] = await dieOnHello(place, afterAllBut(), ['hello']);
    await place.until(async () => (await runsOf(client)).length === 2);
    expect(await runsOf(client)).toEqual(['addHello', 'addHello']);
    expect(await client.repid.channel('id').stats()).toMatchObject({ queued: 1 });
    await Promise.all([client, living].map((each) => each.end()));
  });

  it('has a follower run once more that has ended meanwhile, to the same result', async () => {
    const place = inMemory();
    const [client, living] = await dieOnHello(place, afterAllBut(), ['id']);
    const handle = client.repid.job('addId', { resultId: 'some_result_id' });
    await place.until(async () => (await handle.result()) !== undefined);
    await living.stop();
    const next = new Process(place, byCallback, { isAtomic: false });
    next.start();
    await place.until(async () => (await runsOf(client)).length === 4);
    expect((await runsOf(client)).toSorted()).toEqual(['addHello', 'addHello', 'addId', 'addId']);
    expect(await handle.result()).toMatchObject({ data: byCallback.result.value });
    await Promise.all([client, living, next].map((each) => each.end()));
  });
});

describe('A client whose publication fails', () => {
  it.each(
    FAULT_MOMENTS.flatMap((moment) =>
      [byCallback, byDependency].map((chain) => ({ moment, chain, steps: chain.name })),
    ),
  )('$moment it is done may enqueue the same jobs again: $steps', async ({ moment, chain }) => {
    const place = inMemory();
    const faults = new Faults().strike('publish', moment);
    const client = new Process(place, chain, { isAtomic: true, faults });
    const jobs = chain.jobs(client.repid);
    await expect(client.repid.enqueue(jobs)).rejects.toThrow(BrokerUnavailableError);
    await new Promise(setImmediate);
    await client.repid.enqueue(jobs);
    client.start();
    await place.until(async () => (await runsOf(client)).length === chain.steps.length);
    expect(await client.repid.job('any', { resultId: chain.result.id }).result()).toMatchObject({
      data: chain.result.value,
    });
    expect(await runsOf(client)).toEqual(chain.steps);
    await client.end();
  });
});

/** Program 1 up to the death of the process that has stored and published all, and not acknowledged; another goes on. */
async function dieOnHello(place: Place, faults: Faults, channels: readonly string[]): Promise<[Process, Process]> {
  const client = new Process(place, byCallback, { isAtomic: true });
  const dying = new Process(place, byCallback, { isAtomic: false, faults });
  const living = new Process(place, byCallback, { isAtomic: false });
  await client.repid.enqueue(byCallback.jobs(client.repid));
  dying.start(['hello']);
  await place.until(async () => faults.isDead);
  await dying.end();
  await client.repid.connect();
  living.start(channels);
  return [client, living];
}

/** The steps whose settlements have published what they are to. */
async function runsOf({ repid }: Process): Promise<string[]> {
  const messages = await repid.channel(AUDIT).peek();
  return messages.map(({ payload }) => JSON.parse(Buffer.from(payload).toString()) as string);
}
