import type { Sample } from '../figure.js';
import type { Stage } from '../stage.js';
import type { Sending } from '../subjects/subject.js';
import { CONCURRENCY } from './concurrency.js';
import { interleaved, type RunKind } from './interleaved.js';
import { checkNoneIsMissing } from './none-missing.js';
import type { Part } from './part.js';
import { plainCases, type PlainCase } from './plain-cases.js';
import { perTenThousand } from './per-ten-thousand.js';

const SENDINGS: Readonly<Record<Sending, string>> = {
  'one at a time': 'one at a time',
  'in flight': '100 in flight',
  bulk: 'in bulk, 1,000 each',
};

/** How many jobs a second does one producer send? */
export const enqueue: Part = {
  name: 'enqueue',
  asks: 'How many jobs does one producer send?',
  unit: { name: 'jobs/s', better: 'higher' },
  measure: (stage) => interleaved(stage, cases(), (one, kind) => enqueueOnce(stage, one, kind)),
};

interface EnqueueCase extends PlainCase {
  readonly sending: Sending;
}

function cases(): EnqueueCase[] {
  return (Object.keys(SENDINGS) as Sending[]).flatMap((sending) =>
    plainCases(SENDINGS[sending]).map((one) => ({ ...one, sending })),
  );
}

async function enqueueOnce(stage: Stage, { subject, variant, sending }: EnqueueCase, kind: RunKind): Promise<Sample> {
  const { redis } = stage;
  const producer = await stage.process(subject, 'producer');
  const place = { url: redis.url, variant, concurrency: CONCURRENCY };
  await redis.flush();
  const cpuBefore = await redis.cpuSeconds();
  const duration = kind === 'measured' ? stage.size(600, 300) : stage.size(400, 200);
  const { sent, seconds, cpuSeconds } = await producer.run('enqueue', { place, sending, duration });
  const redisSeconds = (await redis.cpuSeconds()) - cpuBefore;
  checkNoneIsMissing(sent, 0, await producer.run('left', place));
  return {
    value: sent / seconds,
    cpu: { process: perTenThousand(cpuSeconds, sent), redis: perTenThousand(redisSeconds, sent) },
  };
}
