import { Injectable, Module } from '@nestjs/common';
import { expect, it } from 'vitest';
import { Actor, chain, InMemoryBucketBroker, InMemoryMessageBroker, Repid } from '../index.js';
import { startModule } from '../start-app.fixture.js';
import {
  advance,
  drain,
  FAULT_MOMENTS,
  Faults,
  FaultyBucketBroker,
  FaultyMessageBroker,
  RepidTestingModule,
} from './index.js';

@Injectable()
class Steps {
  static runsOfTwo = 0;

  @Actor()
  one(): string {
    return 'one';
  }

  @Actor()
  two(before: string): string {
    Steps.runsOfTwo += 1;
    return `${before}, two`;
  }
}

@Module({ providers: [Steps] })
class FeatureModule {}

it.each(FAULT_MOMENTS)(
  'loses and duplicates no link of a chain if a process dies %s its settlement',
  async (moment) => {
    Steps.runsOfTwo = 0;
    const [messageBroker, resultsBucketBroker] = [new InMemoryMessageBroker(), new InMemoryBucketBroker()];
    const start = (brokers: object) =>
      startModule({ imports: [RepidTestingModule.forRoot({ argsBucketBroker: null, ...brokers }), FeatureModule] });

    const faults = new Faults().strike('settle', moment, { fatal: true });
    const dying = await start({
      messageBroker: new FaultyMessageBroker(messageBroker, faults),
      resultsBucketBroker: new FaultyBucketBroker(resultsBucketBroker, faults),
    });
    const [one, two] = chain(['one', 'two'].map((name) => dying.get(Repid).job(name)));
    await dying.get(Repid).enqueue([one!, two!]);
    await drain(dying).catch(() => {});

    const living = await start({ messageBroker, resultsBucketBroker });
    await advance(living, '5m'); // The lease of the crashed worker expires.
    await drain(living);
    const result = await living.get(Repid).job('two', { id: two!.id }).result();
    expect(result?.data).toBe('one, two');
    expect(Steps.runsOfTwo).toBe(1);
  },
);
