// These calls are compiled, not run.
/* oxlint-disable typescript/no-explicit-any, eslint/no-unused-expressions, promise/valid-params */
import { expectTypeOf, it } from 'vitest';
import {
  Actor,
  chain,
  DependencyResults,
  type Job,
  MessageDependency,
  MessageHeader,
  type OpenJob,
  Payload,
  type Repid,
} from '../index.js';

class Welcome {
  to!: string;
  subject?: string;
}

class Receipt {
  sentTo!: string;
  at!: Date;
}

class Pair<T> {
  first!: T;
  second!: T;
}

class Mail {
  @Actor()
  async welcome(_welcome: Welcome): Promise<Receipt> {
    return { sentTo: '', at: new Date() };
  }
  @Actor()
  archive(_receipt: Receipt): number {
    return 1;
  }
  @Actor()
  count(_n: number): string {
    return '';
  }
  @Actor()
  optional(_n?: number): void {}
  @Actor()
  label(@Payload('text') _text: string): string[] {
    return [];
  }
  @Actor()
  print(_labels: string[]): void {}
  @Actor()
  sweep(): boolean {
    return true;
  }
  @Actor()
  sweepWith(@MessageDependency() _msg: MessageDependency): void {}
  @Actor()
  sum(@DependencyResults() _results: DependencyResults<number[]>): number {
    return 0;
  }
  @Actor()
  tenant(@Payload() _welcome: Welcome, @MessageHeader('tenant') _tenant: MessageHeader): void {}
  @Actor()
  all(
    @Payload() _welcome: Welcome,
    @DependencyResults() _results: DependencyResults<[Receipt, number]>,
    @MessageHeader('tenant') _tenant: MessageHeader,
    @MessageDependency() _msg: MessageDependency,
  ): void {}
  @Actor()
  fields(@Payload('one') _one: string, @Payload('two') _two: number): Pair<string> {
    return { first: '', second: '' };
  }
  @Actor()
  anything(_payload: any): unknown {
    return 1;
  }
  @Actor()
  unknownPayload(_payload: unknown): void {}
  @Actor()
  union(_payload: Welcome | number): void {}
  readonly field = 1;
}

/** What compiles. Never called. */
export function compiles(repid: Repid, mail = repid.actors(Mail)): unknown[] {
  const receipt: Receipt = { sentTo: '', at: new Date() };
  const open: OpenJob<Receipt, number> = mail.archive.job();
  return [
    mail.welcome({ to: '' }),
    mail.welcome({ to: '', subject: '' }, { retries: 3 }),
    mail.welcome(new Welcome(), { id: 'a', dependsOn: open }),
    mail.archive(receipt),
    mail.count(1),
    mail.optional(1),
    mail.optional(undefined),
    mail.label('text'),
    mail.print(['a']),
    mail.sweep(),
    mail.sweep(undefined, { priority: 'high' }),
    mail.sweepWith(),
    mail.sum(),
    mail.sum(undefined, { dependsOn: [open] }),
    mail.tenant({ to: '' }),
    mail.tenant({ to: '' }, { headers: { tenant: 'blue' } }),
    mail.all({ to: '' }),
    mail.fields<{ one: string; two: number }>({ one: '', two: 2 }),
    mail.anything({ zzz: 1 }),
    mail.unknownPayload({ zzz: 1 }),
    mail.union(1),
    mail.union({ to: '' }),
    mail.welcome.job({ to: '' }),
    mail.welcome.job({ to: '' }, { retries: 1 }),
    mail.sweep.job(),
    mail.sweep.job(undefined, { dependsOn: open }),
    mail.fields.job<{ one: string; two: number }>({ one: '', two: 2 }),
    mail.archive.job(undefined, { argsFrom: mail.welcome.job({ to: '' }) }),
    mail.archive.job(undefined, { argsFrom: 'a bucket' }),
    mail.archive.job(undefined, { argsFrom: repid.job<unknown, Receipt>('welcome') }),
    chain(mail.welcome.job({ to: '' }), mail.archive.job()),
    chain(mail.welcome.job({ to: '' }), mail.archive.job(), mail.count.job()),
    chain(mail.welcome.job({ to: '' }), mail.archive.job(), mail.count.job(), mail.label.job(), mail.print.job()),
    chain(mail.count.job(1), mail.archive.job(receipt)),
    chain(repid.job('by name'), mail.archive.job()),
    chain(mail.welcome.job({ to: '' }), repid.job('by name')),
    chain(mail.welcome.job({ to: '' }), mail.anything.job()),
    chain(mail.anything.job(1), mail.archive.job()),
    chain([mail.welcome.job({ to: '' }), mail.archive.job()]),
    chain(mail.welcome.job({ to: '' })),
    repid.enqueue([mail.welcome.job({ to: '' }), open]),
    new Mail().sum([1, 2]),
    new Mail().tenant({ to: '' }, 'blue'),
  ];
}

/** What does not compile, and why. Never called. */
export async function refused(repid: Repid, msg: MessageDependency, mail = repid.actors(Mail)): Promise<void> {
  const receipt: Receipt = { sentTo: '', at: new Date() };
  // @ts-expect-error The payload is missing.
  mail.welcome();
  // @ts-expect-error A property is missing.
  mail.welcome({});
  // @ts-expect-error A property is misspelled.
  mail.welcome({ too: '' });
  // @ts-expect-error A property has another type.
  mail.welcome({ to: 7 });
  // @ts-expect-error There is no such property.
  mail.welcome({ to: '', cc: '' });
  // @ts-expect-error It is no object.
  mail.welcome('to');
  // @ts-expect-error It may be undefined.
  mail.welcome(undefined);
  // @ts-expect-error It is null.
  mail.welcome(null);
  // @ts-expect-error The client sets the arguments.
  mail.welcome({ to: '' }, { args: {} });
  // @ts-expect-error The client sets the channel.
  mail.welcome({ to: '' }, { channel: 'x' });
  // @ts-expect-error The payload is given.
  mail.welcome({ to: '' }, { argsFrom: 'bucket' });
  // @ts-expect-error There is no such option.
  mail.welcome({ to: '' }, { retry: 1 });
  // @ts-expect-error An option has another type.
  mail.welcome({ to: '' }, { retries: '3' });
  // @ts-expect-error A property is missing.
  mail.archive({ sentTo: '' });
  // @ts-expect-error It is no number.
  mail.count('1');
  // @ts-expect-error It is no number.
  mail.optional('1');
  // @ts-expect-error The actor takes the text itself.
  mail.label({ txt: '' });
  // @ts-expect-error An item has another type.
  mail.print([1]);
  // @ts-expect-error The actor takes no payload.
  mail.sweep(1);
  // @ts-expect-error The message is no payload.
  mail.sweepWith(msg);
  // @ts-expect-error Results of dependencies are no payload.
  mail.sum([1]);
  // @ts-expect-error A header is no payload.
  mail.tenant('blue');
  // @ts-expect-error A property is misspelled.
  mail.all({ too: '' });
  // @ts-expect-error The type of the payload is not stated.
  mail.fields({ one: '', two: 2 });
  // @ts-expect-error The type of the payload is not stated.
  mail.fields({ zzz: 1 });
  // @ts-expect-error The payload does not have the stated type.
  mail.fields<{ one: string; two: number }>({ one: '' });
  // @ts-expect-error It is neither.
  mail.union('1');
  // @ts-expect-error There is no such method.
  mail.sned({ to: '' });
  // @ts-expect-error It is no method.
  mail.field();
  // @ts-expect-error A property is missing.
  mail.welcome.job({});
  // @ts-expect-error The client sets the channel.
  mail.welcome.job({ to: '' }, { channel: 'x' });
  // @ts-expect-error The actor takes no payload.
  mail.sweep.job(1);
  // @ts-expect-error The type of the payload is not stated.
  mail.fields.job({ one: '', two: 2 });
  // @ts-expect-error The result is no payload for it.
  mail.archive.job(undefined, { argsFrom: mail.count.job(1) });
  // @ts-expect-error The payload is given twice.
  mail.archive.job(receipt, { argsFrom: 'a bucket' });
  // @ts-expect-error A number does not fit.
  chain(mail.archive.job(receipt), mail.welcome.job());
  // @ts-expect-error The second result does not fit the third job.
  chain(mail.welcome.job({ to: '' }), mail.archive.job(), mail.print.job());
  // @ts-expect-error A text does not fit.
  chain(mail.count.job(1), mail.count.job());
  // @ts-expect-error It is no job.
  chain(mail.count.job(1), 'job');
  // @ts-expect-error The job may have failed.
  (await (await mail.welcome({ to: '' })).waitForResult()).data.sentTo;
  // @ts-expect-error The result has another type.
  const text: string = await (await mail.archive(receipt)).waitUntilFinished();
  // @ts-expect-error A job is made, not enqueued: there is nothing to await.
  mail.welcome.job({ to: '' }).then();
  // @ts-expect-error There is no such actor.
  const missing: Job = mail.none.job();
  return void [text, missing];
}

it('Calls of actors are typed from the payload to the result', () => {
  type Client = ReturnType<typeof repidOf>;
  const repidOf = (repid: Repid) => repid.actors(Mail);
  expectTypeOf<Parameters<Client['welcome']>[0]>().toEqualTypeOf<Welcome>();
  expectTypeOf<Awaited<ReturnType<Client['welcome']>>>().toEqualTypeOf<Job<Welcome, Receipt>>();
  expectTypeOf<Parameters<Client['all']>[0]>().toEqualTypeOf<Welcome>();
  expectTypeOf<Awaited<ReturnType<Client['sweep']>>>().toEqualTypeOf<Job<undefined, boolean>>();
  expectTypeOf<Awaited<ReturnType<Client['anything']>>>().toEqualTypeOf<Job<any, unknown>>();
});
