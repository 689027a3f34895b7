import { BrokerUnavailableError } from '@repid/core';
import { FAULT_MOMENTS, Faults } from '@repid/core/testing';
import { describe, expect, it } from 'vitest';
import { AUDIT, byCallback, byDependency } from './chains.js';
import { inMemory, type Environment } from './environment.js';
import { Process } from './process.js';

describe('A process that crashes between the steps of a settlement', () => {
  const crashBeforeAck = (): Faults => new Faults().strike('settle', 'before', { fatal: true });

  it('publishes no duplicate of a follower that the broker still holds', async () => {
    const environment = inMemory();
    const [client, survivor] = await crashInHello(environment, crashBeforeAck(), ['hello']);
    await environment.until(async () => (await runsOf(client)).length === 2);
    expect(await runsOf(client)).toEqual(['addHello', 'addHello']);
    expect(await client.repid.channel('id').stats()).toMatchObject({ queued: 1 });
    await Promise.all([client, survivor].map((each) => each.end()));
  });

  it('runs a follower again that has ended meanwhile, with the same result', async () => {
    const environment = inMemory();
    const [client, survivor] = await crashInHello(environment, crashBeforeAck(), ['id']);
    const handle = client.repid.job('addId', { resultId: 'some_result_id' });
    await environment.until(async () => (await handle.result()) !== undefined);
    await survivor.stop();
    const next = new Process(environment, byCallback, { isAtomic: false });
    next.start();
    await environment.until(async () => (await runsOf(client)).length === 4);
    expect((await runsOf(client)).toSorted()).toEqual(['addHello', 'addHello', 'addId', 'addId']);
    expect(await handle.result()).toMatchObject({ data: byCallback.result.value });
    await Promise.all([client, survivor, next].map((each) => each.end()));
  });
});

describe('A client whose publication fails', () => {
  it.each(
    FAULT_MOMENTS.flatMap((moment) =>
      [byCallback, byDependency].map((chain) => ({ moment, chain, steps: chain.name })),
    ),
  )('$moment it is done can enqueue the same jobs again: $steps', async ({ moment, chain }) => {
    const environment = inMemory();
    const faults = new Faults().strike('publish', moment);
    const client = new Process(environment, chain, { isAtomic: true, faults });
    const jobs = chain.jobs(client.repid);
    await expect(client.repid.enqueue(jobs)).rejects.toThrow(BrokerUnavailableError);
    await new Promise(setImmediate);
    await client.repid.enqueue(jobs);
    client.start();
    await environment.until(async () => (await runsOf(client)).length === chain.steps.length);
    expect(await client.repid.job('any', { resultId: chain.result.id }).result()).toMatchObject({
      data: chain.result.value,
    });
    expect(await runsOf(client)).toEqual(chain.steps);
    await client.end();
  });
});

/** Crashes a process after it has stored and published everything, but before the acknowledgement. Then starts another. */
async function crashInHello(
  environment: Environment,
  faults: Faults,
  channels: readonly string[],
): Promise<[Process, Process]> {
  const client = new Process(environment, byCallback, { isAtomic: true });
  const crashing = new Process(environment, byCallback, { isAtomic: false, faults });
  const survivor = new Process(environment, byCallback, { isAtomic: false });
  await client.repid.enqueue(byCallback.jobs(client.repid));
  crashing.start(['hello']);
  await environment.until(async () => faults.isDead);
  await crashing.end();
  await client.repid.connect();
  survivor.start(channels);
  return [client, survivor];
}

/** Returns the steps whose settlement has published its messages. */
async function runsOf({ repid }: Process): Promise<string[]> {
  const messages = await repid.channel(AUDIT).peek();
  return messages.map(({ payload }) => JSON.parse(Buffer.from(payload).toString()) as string);
}
