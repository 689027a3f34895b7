import type { Sample } from '../figure.js';
import type { Stage } from '../stage.js';
import { SUBJECT_NAMES, variantsOf, type SubjectName } from '../subjects/catalogue.js';
import type { Sending, Variant } from '../subjects/subject.js';
import { interleaved, type RunKind } from './interleaved.js';
import { checkNoneIsMissing } from './none-missing.js';
import type { Part } from './part.js';
import { perTenThousand } from './per-ten-thousand.js';

const SENDINGS: Readonly<Record<Sending, string>> = {
  'one at a time': 'one at a time',
  'in flight': '100 in flight',
  bulk: 'in bulk, 1,000 each',
};

/** Left out: a producer on core is the same code, and one of @nestjs/bullmq is BullMQ's own. */
const SAME_AS_OTHERS: ReadonlySet<SubjectName> = new Set(['repid-core', 'nestjs-bullmq']);

/** Of the worker that is to come. */
const CONCURRENCY = 100;

/** How many jobs a second does one producer send? */
export const enqueue: Part = {
  name: 'enqueue',
  asks: 'How many jobs does one producer send?',
  unit: { name: 'jobs/s', better: 'higher' },
  measure: (stage) => interleaved(stage, cases(), (one, kind) => enqueueOnce(stage, one, kind)),
};

interface EnqueueCase {
  readonly scenario: string;
  readonly subject: SubjectName;
  readonly variant: Variant;
  readonly sending: Sending;
}

function cases(): EnqueueCase[] {
  const subjects = SUBJECT_NAMES.filter((subject) => !SAME_AS_OTHERS.has(subject));
  return (Object.keys(SENDINGS) as Sending[]).flatMap((sending) =>
    subjects.flatMap((subject) =>
      variantsOf(subject)
        .filter((variant) => variant !== 'result') // Results make no difference before they are there.
        .map((variant) => ({ scenario: SENDINGS[sending], subject, variant, sending })),
    ),
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
