import { type ArgumentMetadata, type INestApplicationContext, Injectable, ParseArrayPipe } from '@nestjs/common';
import { expect, it } from 'vitest';
import {
  Actor,
  chord,
  DependencyResults,
  InvalidOptionError,
  type Job,
  MessageDependency,
  onFailure,
  onSettled,
  Payload,
  Repid,
  type ResultBucket,
} from '../index.js';
import { startApp } from '../start-app.fixture.js';
import { drain } from '../testing/index.js';

@Injectable()
class Parts {
  @Actor()
  part(@Payload() n: number): number {
    if (n < 0) throw new Error(`${n} is below zero`);
    return n * 10;
  }

  @Actor()
  gather(@DependencyResults() results: readonly number[]): readonly number[] {
    return results;
  }

  @Actor()
  compare(
    @MessageDependency() msg: MessageDependency,
    @DependencyResults({ buckets: true }) buckets: ResultBucket[],
    @Payload('among') among: string,
  ): unknown {
    return [
      msg.topic,
      among,
      ...buckets.map(({ data, exception, skipped = false }) => [data, exception ?? 'none', skipped]),
    ];
  }
}

async function startParts(): Promise<{ app: INestApplicationContext; repid: Repid; part: (n: number) => Job }> {
  const app = await startApp({ providers: [Parts] });
  const repid = app.get(Repid);
  return { app, repid, part: (n) => repid.job('part', { args: n }) };
}

it('passes the data in the order of dependsOn, in whatever order the jobs end', async () => {
  const { app, repid, part } = await startParts();
  const [one, two, three] = [part(1), part(2), part(3)];
  const gather = repid.job('gather', { dependsOn: [three, one, two] });
  await repid.enqueue([gather, one, two, three]);
  await drain(app);
  expect((await gather.result())?.data).toEqual([30, 10, 20]);
});

it("passes the results of a chord's jobs to its final job", async () => {
  const { app, repid, part } = await startParts();
  const gather = repid.job('gather');
  await repid.enqueue(chord([part(1), part(2)], gather));
  await drain(app);
  expect((await gather.result())?.data).toEqual([10, 20]);
});

it('passes whole buckets, also those of failed and skipped jobs', async () => {
  const { app, repid, part } = await startParts();
  const [good, bad] = [part(1), part(-1)];
  const skipped = repid.job('gather', { dependsOn: bad });
  const dependsOn = [skipped, bad, good].map(onSettled);
  const compare = repid.job('compare', { args: { among: 'three' }, dependsOn });
  await repid.enqueue([good, bad, skipped, compare]);
  await drain(app);
  expect((await compare.result())?.data).toEqual([
    'compare',
    'three',
    [null, expect.stringMatching(/^DependencyError: Not run: .* Root cause: .*-1 is below zero$/), true],
    [null, 'Error: -1 is below zero', false],
    [10, 'none', false],
  ]);
});

it('tells a fallback why its dependency failed', async () => {
  const { app, repid, part } = await startParts();
  const bad = part(-1);
  const fallback = repid.job('compare', { args: { among: 'one' }, dependsOn: onFailure(bad) });
  await repid.enqueue([bad, fallback]);
  await drain(app);
  expect((await fallback.result())?.data).toEqual(['compare', 'one', [null, 'Error: -1 is below zero', false]]);
});

it('is an empty array for a job without dependencies, and for a plain message', async () => {
  const seen: unknown[] = [];
  class Lonely {
    @Actor()
    run(@DependencyResults() results: unknown[]): void {
      seen.push(results);
    }
  }
  const app = await startApp({ providers: [Lonely] });
  const repid = app.get(Repid);
  await repid.job('run').enqueue();
  await repid.sendMessageJson({ channel: 'default', payload: 1, headers: { topic: 'run' } });
  await drain(app);
  expect(seen).toEqual([[], []]);
});

it('passes through pipes (instances and classes), which may change its type', async () => {
  @Injectable()
  class Sum {
    transform(values: number[], { type }: ArgumentMetadata): number {
      return type === 'custom' ? values.reduce((sum, value) => sum + value, 0) : Number.NaN;
    }
  }
  class Summing {
    @Actor()
    sum(@DependencyResults(new ParseArrayPipe({ items: Number }), Sum) total: number): number {
      return total;
    }
    @Actor()
    best(
      @DependencyResults({ buckets: true }, { transform: (buckets: ResultBucket[]) => buckets.length }) count: number,
    ): number {
      return count;
    }
  }
  const app = await startApp({ providers: [Parts, Summing] });
  const repid = app.get(Repid);
  const parts = [1, 2].map((n) => repid.job('part', { args: n }));
  const [sum, best] = [repid.job('sum', { dependsOn: parts }), repid.job('best', { dependsOn: parts })];
  await repid.enqueue([...parts, sum, best]);
  await drain(app);
  expect((await sum.result())?.data).toBe(30);
  expect((await best.result())?.data).toBe(2);
});

it('is refused at bootstrap on a parameter that is not an array', async () => {
  class Mistaken {
    @Actor()
    run(@DependencyResults() result: string): string {
      return result;
    }
  }
  await expect(startApp({ providers: [Mistaken] })).rejects.toThrow(
    'Parameter 0 ("result") of actor "Mistaken.run" has the type String, but takes an array with one result per dependency',
  );
});

it.each([
  ['an unknown option', { bucket: true }],
  ['a value that is neither options nor a pipe', 'data'],
])('refuses %s', (_description, options) => {
  expect(() => DependencyResults(options as object)).toThrow(InvalidOptionError);
});

it('refuses options after a pipe', () => {
  const pipe = { transform: (value: unknown) => value };
  expect(() => DependencyResults(pipe, { buckets: true } as never)).toThrow('then pipes only');
});
