import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Actor, defineActor, type MessageDependency, type Repid } from '@repid/core';
import {
  AUDIT,
  CHANNEL,
  failsAtFirst,
  followerJob,
  type Link,
  nextLink,
  partName,
  partValue,
  stepName,
  STEPS,
  sumName,
} from './work.js';

/** The longest that a job takes, so that a kill finds many of them running. In milliseconds. */
const LONGEST = 200;

interface Part {
  readonly fanIn: number;
  readonly part: number;
}

/** @param witness a file to which each run adds a line as it begins, behind the back of Redis */
export function actorsFor(repid: Repid, witness: string): Actor[] {
  const begin = async (name: string): Promise<void> => {
    appendFileSync(witness, `${name}\n`);
    await sleep(Math.random() * LONGEST);
  };
  const options = { channel: CHANNEL, retryPolicy: () => 100 };
  return [
    defineActor({ ...options, name: 'step' }, async (before: Link, msg) => {
      const link = nextLink(before);
      await begin(stepName(link.chain, link.step));
      if (link.by === 'follower' && link.step < STEPS) msg.enqueue(followerJob(repid, link));
      await audit(msg, stepName(link.chain, link.step));
      if (failsAtFirst(link) && msg.parameters.retries.alreadyTried === 0) throw new Error('It fails at first.');
      return link;
    }),
    defineActor({ ...options, name: 'part' }, async ({ fanIn, part }: Part, msg) => {
      await begin(partName(fanIn, part));
      await audit(msg, partName(fanIn, part));
      return partValue(fanIn, part);
    }),
    {
      ...defineActor({ ...options, name: 'sum' }, () => undefined),
      parameters: [{ from: 'payload' }, { from: 'message' }, { from: 'dependency-results', as: 'data' }],
      run: async ([payload, msg, values]) => {
        const name = sumName((payload as Part).fanIn);
        await begin(name);
        await audit(msg as MessageDependency, name);
        return (values as number[]).reduce((sum, value) => sum + value);
      },
    },
  ];
}

async function audit(msg: MessageDependency, name: string): Promise<void> {
  await msg.sendMessageJson({ channel: AUDIT, payload: { name, id: msg.id } });
}
