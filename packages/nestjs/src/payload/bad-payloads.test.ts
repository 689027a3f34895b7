import { Type } from 'class-transformer';
import { ArrayNotEmpty, IsArray, IsEmail, IsInt, IsOptional, IsString, Min, ValidateNested } from 'class-validator';
import * as v from 'valibot';
import { expect, it } from 'vitest';
import {
  Actor,
  ClassConverter,
  type InMemoryMessageBroker,
  MessageHeader,
  Payload,
  Repid,
  type RepidModuleOptions,
  getMessageBrokerToken,
} from '../index.js';
import { startApp } from '../start-app.fixture.js';
import { drain } from '../testing/index.js';

class Attachment {
  @IsString()
  name!: string;

  @IsInt()
  @Min(1)
  bytes!: number;
}

class Email {
  @IsEmail()
  to!: string;

  @IsOptional()
  @IsString()
  subject?: string;

  @IsOptional()
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => Attachment)
  attachments?: Attachment[];
}

const good = { to: 'alex@example.com', subject: 'Hello' };
let received: unknown[] = [];

class Mail {
  @Actor()
  send(email: Email): void {
    received.push(email);
  }
  @Actor()
  sendAll(@Payload({ items: Email }) emails: Email[]): void {
    received.push(emails);
  }
  @Actor()
  fields(
    @Payload('text') text: string,
    @Payload('count') count: number,
    @Payload('flag') flag: boolean,
    @Payload('at') at: Date,
    @Payload('list') list: string[],
    @Payload({ field: 'email', optional: true }) email?: Email,
  ): void {
    received.push([text, count, flag, at, list, email]);
  }
  @Actor()
  schema(@Payload(v.object({ to: v.pipe(v.string(), v.email()) })) email: unknown): void {
    received.push(email);
  }
}

async function startMail(options: RepidModuleOptions = {}) {
  received = [];
  const app = await startApp({ providers: [Mail] }, options);
  const repid = app.get(Repid);
  const broker = app.get<InMemoryMessageBroker>(getMessageBrokerToken());
  return { app, repid, broker };
}

const fields = { text: 't', count: 1, flag: true, at: '2030-01-02T03:04:05Z', list: ['a'] };

it.each<[what: string, topic: string, payload: unknown, path: string]>([
  ['text instead of an object', 'send', 'text', ''],
  ['an array instead of an object', 'send', [good], ''],
  ['null', 'send', null, ''],
  ['a number', 'send', 5, ''],
  ['a missing property', 'send', { subject: 'Hello' }, '"to"'],
  ['a property of the wrong type', 'send', { ...good, subject: 5 }, '"subject"'],
  ['a nested object of the wrong type', 'send', { ...good, attachments: ['x'] }, '"attachments.0"'],
  ['an invalid nested property', 'send', { ...good, attachments: [{ name: 'x', bytes: 0 }] }, '"attachments.0.bytes"'],
  ['a missing nested property', 'send', { ...good, attachments: [{ bytes: 1 }] }, '"attachments.0.name"'],
  ['an object instead of an array', 'sendAll', good, ''],
  ['an invalid item', 'sendAll', [good, { to: 'nobody' }], '"1.to"'],
  ['a null item', 'sendAll', [good, null], '"1"'],
  ['a missing field', 'fields', { ...fields, count: undefined }, '"count"'],
  ['a number as text', 'fields', { ...fields, count: '1' }, '"count"'],
  ['a boolean as text', 'fields', { ...fields, flag: 'true' }, '"flag"'],
  ['an invalid date', 'fields', { ...fields, at: 'soon' }, '"at"'],
  ['text instead of a list', 'fields', { ...fields, list: 'a' }, '"list"'],
  ['an invalid nested object', 'fields', { ...fields, email: { to: 'nobody' } }, '"email.to"'],
  ['a value that a schema refuses', 'schema', { to: 'nobody' }, '"to"'],
])('dead-emails %s at once and goes on', async (_what, topic, payload, path) => {
  const { app, repid } = await startMail();
  await repid.job(topic, { args: payload, retries: 3 }).enqueue();
  await repid.job('send', { args: good }).enqueue();
  await drain(app);
  const deadLetters = await repid.channel('default').deadLetters();
  expect(deadLetters.map(({ reason }) => reason)).toMatchObject([
    { code: 'REPID_PAYLOAD_VALIDATION', name: 'PayloadValidationError', attempts: 1 },
  ]);
  expect(deadLetters[0]?.reason.message).toContain(path);
  expect(received).toEqual([good]);
});

it.each([
  ['bytes that are not JSON', '{"to": '],
  ['a poisoned prototype', '{"to":"alex@example.com","__proto__":{"admin":true}}'],
  ['a poisoned constructor', '{"to":"alex@example.com","constructor":{"prototype":{"admin":true}}}'],
])('dead-emails %s at once and goes on', async (_what, text) => {
  const { app, repid } = await startMail();
  await repid.sendMessage({ channel: 'default', payload: Buffer.from(text), headers: { topic: 'send' } });
  await repid.job('send', { args: good }).enqueue();
  await drain(app);
  const deadLetters = await repid.channel('default').deadLetters();
  expect(deadLetters.map(({ reason }) => reason.code)).toEqual(['REPID_SERIALIZATION']);
  expect(received).toEqual([good]);
  expect(({} as { admin?: boolean }).admin).toBeUndefined();
});

it('dead-emails a payload that is nested too deeply or has an unusual constructor, and continues', async () => {
  const { app, repid } = await startMail();
  const depth = 50_000;
  const deep = `{"to":"alex@example.com","junk":${'['.repeat(depth)}${']'.repeat(depth)}}`;
  await repid.sendMessage({ channel: 'default', payload: Buffer.from(deep), headers: { topic: 'send' } });
  await repid.sendMessageJson({
    channel: 'default',
    payload: { ...good, attachments: { constructor: 5, length: 1e9 } },
    headers: { topic: 'send' },
  });
  await repid.job('send', { args: good }).enqueue();
  await drain(app);
  expect(await repid.channel('default').stats()).toMatchObject({ queued: 0, deadLetters: 2 });
  expect(received).toEqual([good]);
});

it('creates instances of classes, also for nested objects and items', async () => {
  const { app, repid } = await startMail();
  const emailWithAttachment = { ...good, attachments: [{ name: 'x', bytes: 1 }] };
  for (const [topic, args] of [
    ['send', emailWithAttachment],
    ['sendAll', [good]],
    ['fields', { ...fields, email: good }],
  ] as const) {
    await repid.job(topic, { args }).enqueue();
    await drain(app);
  }
  const [email, emails, values] = received as [Email, Email[], unknown[]];
  expect(email).toBeInstanceOf(Email);
  expect(email.attachments?.[0]).toBeInstanceOf(Attachment);
  expect(emails[0]).toBeInstanceOf(Email);
  expect(values.slice(0, 5)).toEqual(['t', 1, true, new Date('2030-01-02T03:04:05Z'), ['a']]);
  expect(values[5]).toBeInstanceOf(Email);
});

const extra = { ...good, extra: 1, attachments: [{ name: 'x', bytes: 1, extra: 2 }] };

it('drops unknown properties', async () => {
  const { app, repid } = await startMail();
  await repid.job('send', { args: extra }).enqueue();
  await drain(app);
  expect(received).toEqual([{ ...good, attachments: [{ name: 'x', bytes: 1 }] }]);
});

it('keeps unknown properties if configured', async () => {
  const { app, repid } = await startMail({ unknownProperties: 'keep' });
  await repid.job('send', { args: extra }).enqueue();
  await drain(app);
  expect(received).toEqual([extra]);
});

it.each<[string, RepidModuleOptions]>([
  ['by an option', { unknownProperties: 'refuse' }],
  ['by a converter', { converter: new ClassConverter({ unknownProperties: 'refuse' }) }],
  ["by the actor's converter", { actorDefaults: { converter: new ClassConverter({ unknownProperties: 'refuse' }) } }],
])('refuses unknown properties if configured %s', async (_description, options) => {
  const { app, repid } = await startMail(options);
  await repid.job('send', { args: extra }).enqueue();
  await drain(app);
  const [deadLetter] = await repid.channel('default').deadLetters();
  expect(deadLetter?.reason.message).toContain(
    '"extra": is not a known property; "attachments.0.extra": is not a known property',
  );
});

it('keeps all properties of a class without decorators', async () => {
  class WithoutDecorators {
    x?: number;
    inner?: unknown;
  }
  class Receiver {
    @Actor()
    take(bare: WithoutDecorators): void {
      received.push(bare);
    }
  }
  received = [];
  const app = await startApp({ providers: [Receiver] });
  await app
    .get(Repid)
    .job('take', { args: { x: 1, more: { y: 2 } } })
    .enqueue();
  await drain(app);
  expect(received[0]).toBeInstanceOf(WithoutDecorators);
  expect(received).toEqual([{ x: 1, more: { y: 2 } }]);
});

it('keeps all properties of a nested class without decorators, and refuses a nested object without a class', async () => {
  class WithoutDecorators {
    x?: number;
  }
  class Outer {
    @ValidateNested()
    @Type(() => WithoutDecorators)
    bare?: WithoutDecorators;

    @IsOptional()
    @ValidateNested()
    untyped?: Email;
  }
  class Receiver {
    @Actor()
    take(outer: Outer): void {
      received.push(outer);
    }
  }
  received = [];
  const app = await startApp({ providers: [Receiver] });
  await app
    .get(Repid)
    .job('take', { args: { bare: { x: 1, more: 2 } } })
    .enqueue();
  await app
    .get(Repid)
    .job('take', { args: { bare: {}, untyped: { to: 'nobody' } } })
    .enqueue();
  await drain(app);
  expect(received).toEqual([{ bare: { x: 1, more: 2 } }]);
  const [deadLetter] = await app.get(Repid).channel('default').deadLetters();
  expect(deadLetter?.reason.message).toContain('"untyped": cannot be validated');
});

it('validates inherited properties', async () => {
  class Registered extends Email {
    @ArrayNotEmpty()
    stamps!: string[];
  }
  class Receiver {
    @Actor()
    take(email: Registered): void {
      received.push(email);
    }
  }
  received = [];
  const app = await startApp({ providers: [Receiver] });
  await app
    .get(Repid)
    .job('take', { args: { ...good, stamps: ['a'] } })
    .enqueue();
  await app
    .get(Repid)
    .job('take', { args: { stamps: [] } })
    .enqueue();
  await drain(app);
  expect(received).toEqual([{ ...good, stamps: ['a'] }]);
  const [deadLetter] = await app.get(Repid).channel('default').deadLetters();
  expect(deadLetter?.reason.message).toMatch(/"stamps": .*"to": /);
});

it('leaves the value of an interface and of an untyped parameter unchanged', async () => {
  interface Anything {
    readonly x: number;
  }
  class Receiver {
    @Actor()
    take(anything: Anything): void {
      received.push(anything);
    }
  }
  received = [];
  const app = await startApp({ providers: [Receiver] });
  await app
    .get(Repid)
    .job('take', { args: { x: 'no number' } })
    .enqueue();
  await drain(app);
  expect(received).toEqual([{ x: 'no number' }]);
});

it.each([
  [() => Payload({ fild: 'x' } as object), 'has no option "fild"'],
  [() => Payload({ items: 'Email' } as object), 'Option "items"'],
  [() => Payload('x', 5 as never), 'then pipes only'],
  [() => Payload('x', v.string() as never), 'then pipes only'],
  [() => Payload(5 as never), 'The options of @Payload() are 5'],
  [() => MessageHeader('' as never), '@MessageHeader() takes the name of a header'],
  [() => MessageHeader(5 as never), '@MessageHeader() takes the name of a header'],
  [() => MessageHeader('x', 5 as never), 'then pipes only'],
])('refuses %s', (decorate, message) => {
  expect(decorate).toThrow(message);
});
