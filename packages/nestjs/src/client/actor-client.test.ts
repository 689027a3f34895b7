import { expect, it } from 'vitest';
import { Actor, Actors, chain, MessageDependency, MessageHeader, Payload, Repid, RepidModule } from '../index.js';
import { startApp, startModule } from '../start-app.fixture.js';
import { drain, sent } from '../testing/index.js';

class Email {
  to!: string;
  subject?: string;
}

@Actors({ channel: 'mail' })
class Mail {
  @Actor()
  async send(email: Email, @MessageDependency() msg: MessageDependency): Promise<{ sentBy: string }> {
    return { sentBy: `${msg.channel} to ${email.to}` };
  }
  @Actor('remind-me')
  remind(@Payload('id') id: number): number {
    return id;
  }
  @Actor()
  both(@Payload('one') one: string, @Payload('two') two: string, @MessageHeader('x') _x?: string): string {
    return one + two;
  }
  @Actor()
  file(
    @Payload() email: Email,
    @MessageHeader('tenant') tenant: string | undefined,
    @MessageDependency() msg: MessageDependency,
  ): string {
    return `${msg.topic} for ${tenant}: ${email.to}`;
  }
  @Actor()
  sweep(): void {}
  @Actor()
  merge(@MessageDependency() _msg: MessageDependency, @Payload('parts') parts: string[]): string[] {
    return parts;
  }
  helper(): void {}
}

// All parameters must be decorated if there are several; `send` takes the whole payload as one parameter.
Payload()(Mail.prototype, 'send', 0);

it('enqueues under the name and channel of the actor and returns the job', async () => {
  const app = await startApp({ providers: [Mail] });
  const mail = app.get(Repid).actors(Mail);
  const job = await mail.send({ to: 'Alex' });
  await mail.remind(7, { retries: 2 });
  expect(sent(app)).toMatchObject([
    { channel: 'mail', topic: 'send', payload: { to: 'Alex' } },
    { channel: 'mail', topic: 'remind-me', payload: { id: 7 }, headers: { 'repid-retries': '2' } },
  ]);
  await drain(app);
  expect((await job.waitForResult()).data).toEqual({ sentBy: 'mail to Alex' });
});

it.each([
  [7, 7],
  [{ id: 7 }, 7],
])('takes %j for an actor with one field', async (payload, result) => {
  const app = await startApp({ providers: [Mail] });
  const job = await app
    .get(Repid)
    .actors(Mail)
    .remind(payload as number);
  await drain(app);
  expect((await job.result())?.data).toBe(result);
});

it('takes an array for an actor whose only field is an array', async () => {
  const app = await startApp({ providers: [Mail] });
  const job = await app.get(Repid).actors(Mail).merge(['a', 'b']);
  await drain(app);
  expect((await job.result())?.data).toEqual(['a', 'b']);
});

it('takes an instance or a literal for an actor with a header and a payload', async () => {
  const app = await startApp({ providers: [Mail] });
  const { file } = app.get(Repid).actors(Mail);
  const email: Email = { to: 'Alex' };
  const jobs = [await file<Email>(email, { headers: { tenant: 'blue' } }), await file<Email>({ to: 'Sam' })];
  await drain(app);
  const results = await Promise.all(jobs.map((job) => job.result()));
  expect(results.map((result) => result?.data)).toEqual(['file for blue: Alex', 'file for undefined: Sam']);
});

it('makes jobs that are enqueued together', async () => {
  const app = await startApp({ providers: [Mail] });
  const repid = app.get(Repid);
  const { send, remind } = repid.actors(Mail);
  const jobs = [send.job({ to: 'Alex' }), remind.job(7, { id: 'seven' })];
  expect(sent(app)).toEqual([]);
  await repid.enqueue(jobs);
  await drain(app);
  expect(jobs.map(({ id, name, channel }) => [id, name, channel])).toContainEqual(['seven', 'remind-me', 'mail']);
  expect(await Promise.all(jobs.map((job) => job.waitUntilFinished()))).toEqual([{ sentBy: 'mail to Alex' }, 7]);
});

it('passes the result of a job on to an actor that takes one field', async () => {
  const app = await startApp({ providers: [Mail] });
  const repid = app.get(Repid);
  const { remind } = repid.actors(Mail);
  const last = remind.job();
  await repid.enqueue(chain(remind.job(7), remind.job(), last));
  await drain(app);
  expect(await last.waitUntilFinished()).toBe(7);
});

it.each(['args', 'channel'])('refuses the option "%s" for a job that is only made', async (name) => {
  const { remind } = (await startApp({})).get(Repid).actors(Mail);
  expect(() => remind.job(1, { [name]: 'x' })).toThrow(`Option "${name}" cannot be passed to a call of "Mail.remind"`);
});

it('needs no provider of the class in a process that only enqueues', async () => {
  const app = await startApp({});
  await app.get(Repid).actors(Mail).sweep();
  expect(sent(app)).toMatchObject([{ channel: 'mail', topic: 'sweep', payload: undefined }]);
});

it("applies the module's defaults", async () => {
  class Plain {
    @Actor()
    run(): void {}
  }
  const app = await startApp({}, { actorDefaults: { channel: 'of_module' } });
  await app.get(Repid).actors(Plain).run();
  expect(sent(app)[0]?.channel).toBe('of_module');
});

it.each([undefined, 'Mail', {}])('refuses %j instead of a class', async (actorClass) => {
  const repid = (await startApp({})).get(Repid);
  expect(() => repid.actors(actorClass as never)).toThrow('The argument of repid.actors() is not a class.');
});

it.each(['args', 'channel', 'argsFrom'])('refuses the option "%s", which the client sets', async (name) => {
  const repid = (await startApp({})).get(Repid);
  await expect(repid.actors(Mail).remind(1, { [name]: 'x' })).rejects.toThrow(
    `Option "${name}" cannot be passed to a call of "Mail.remind"`,
  );
});

it('refuses unknown call options', async () => {
  const repid = (await startApp({})).get(Repid);
  await expect(repid.actors(Mail).remind(1, { retry: 1 } as never)).rejects.toThrow('has no option "retry"');
});

it('refuses a method that is not an actor', async () => {
  const repid = (await startApp({})).get(Repid);
  expect(() => repid.actors(Mail).helper).toThrow(
    '"Mail.helper" is not an actor. Decorate it with @Actor(), or call one of: send, remind, both, file, sweep, merge.',
  );
});

it('refuses a class without actors', async () => {
  const repid = (await startApp({})).get(Repid);
  expect(() => repid.actors(Email)).toThrow('Class "Email" has no actors');
});

it('refuses an actor of another connection', async () => {
  class Elsewhere {
    @Actor({ connection: 'reports' })
    run(): void {}
  }
  const app = await startModule({ imports: [RepidModule.forRoot(), RepidModule.forRoot({ name: 'reports' })] });
  await expect(app.get(Repid).actors(Elsewhere).run()).rejects.toThrow("@InjectRepid('reports')");
});
