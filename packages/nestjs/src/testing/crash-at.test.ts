import { Injectable, Module } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import { Actor, chain, Repid } from '../index.js';
import { startModule } from '../start-app.fixture.js';
import { advance, crashAt, type CrashBrokers, drain, FAULT_MOMENTS, RepidTestingModule } from './index.js';

@Injectable()
class Steps {
  static runs: string[] = [];

  @Actor()
  one(text: string): string {
    Steps.runs.push('one');
    return `${text}, one`;
  }

  @Actor()
  two(before: string): string {
    Steps.runs.push('two');
    return `${before}, two`;
  }
}

@Module({ providers: [Steps] })
class FeatureModule {}

const start = (brokers: CrashBrokers) =>
  startModule({ imports: [RepidTestingModule.forRoot({ ...brokers }), FeatureModule] });

/** Runs a chain in a process that dies, then in another one. Returns its result. */
async function resultAfter({ dying, living }: ReturnType<typeof crashAt>): Promise<unknown> {
  Steps.runs = [];
  const first = await start(dying);
  const repid = first.get(Repid);
  await repid.enqueue(chain([repid.job('one', { args: 'zero' }), repid.job('two', { id: 'last' })]));
  await drain(first).catch(() => undefined);
  const second = await start(living);
  await advance(second, '5m');
  await drain(second);
  return (await second.get(Repid).job('two', { id: 'last' }).result())?.data;
}

describe('crashAt()', () => {
  it.each(FAULT_MOMENTS)('kills a process %s its first settlement, and another one continues', async (moment) => {
    expect(await resultAfter(crashAt(moment))).toBe('zero, one, two');
    expect(Steps.runs).toEqual(moment === 'before' ? ['one', 'one', 'two'] : ['one', 'two']);
  });

  it.each(FAULT_MOMENTS)('kills a process %s its first fetch', async (moment) => {
    expect(await resultAfter(crashAt(moment, 'receive'))).toBe('zero, one, two');
    expect(Steps.runs).toEqual(['one', 'two']);
  });
});
