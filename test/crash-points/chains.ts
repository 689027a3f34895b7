import { type Actor, chain, defineActor, type Job, type MessageDependency, type Repid } from '@repid/core';

/** The channel to which each committed settlement publishes a plain message. Without an id, duplicates stay visible. */
export const AUDIT = 'audit';

/** A chain of jobs, and its expected result. */
export interface Chain {
  readonly name: string;
  readonly steps: readonly string[];
  /** The channel of each step. */
  readonly channels: readonly string[];
  readonly result: { readonly id: string; readonly value: unknown };
  actors(repid: Repid): Actor[];
  /** Returns the jobs that the client enqueues. */
  jobs(repid: Repid): readonly Job[];
}

interface Hello {
  readonly userId: number;
  readonly greetings: string;
}

/** The follower is committed with the settlement, and reads the result that the settlement stores. */
export const byCallback: Chain = {
  name: 'addHello -> addId, by a callback',
  steps: ['addHello', 'addId'],
  channels: ['hello', 'id'],
  result: { id: 'some_result_id', value: 'Hello Alex! Your id is 123.' },
  actors: (repid) => [
    defineActor({ name: 'addHello', channel: 'hello' }, async (user: { userName: string; userId: number }, msg) => {
      msg.setResult({ userId: user.userId, greetings: `Hello ${user.userName}!` });
      const job = repid.job('addId', { channel: 'id', argsId: msg.parameters.result?.id, resultId: 'some_result_id' });
      msg.addCallback(job.enqueue);
      await audit(msg);
      await msg.ack();
    }),
    defineActor({ name: 'addId', channel: 'id' }, async ({ userId, greetings }: Hello, msg) => {
      await audit(msg);
      return `${greetings} Your id is ${userId}.`;
    }),
  ],
  jobs: (repid) =>
    [
      repid.job('addHello', {
        id: 'hello',
        channel: 'hello',
        args: { userName: 'Alex', userId: 123 },
        resultId: 'chained',
      }),
    ] as Job[],
};

/** Each step depends on the previous one, and takes its result. */
export const byDependency: Chain = {
  name: 'a -> b -> c, by dependsOn',
  steps: ['a', 'b', 'c'],
  channels: ['a', 'b', 'c'],
  result: { id: 'c', value: 'abc' },
  actors: () =>
    ['a', 'b', 'c'].map((name) =>
      defineActor({ name, channel: name }, async (before: string | undefined, msg) => {
        await audit(msg);
        return `${before ?? ''}${name}`;
      }),
    ),
  jobs: (repid) => chain(['a', 'b', 'c'].map((name) => repid.job(name, { id: name, channel: name }) as Job)),
};

async function audit(msg: MessageDependency): Promise<void> {
  await msg.sendMessageJson({ channel: AUDIT, payload: msg.topic });
}
