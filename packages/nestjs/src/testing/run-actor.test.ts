import { type CanActivate, type ExecutionContext, Injectable, UseGuards } from '@nestjs/common';
import { IsEmail } from 'class-validator';
import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  Actor,
  type ActorMiddleware,
  MessageDependency,
  MessageHeader,
  Payload,
  PayloadValidationError,
  Repid,
  runOf,
} from '../index.js';
import { startApp } from '../start-app.fixture.js';
import { repidMatchers, type RepidMatchers, runActor, sent } from './index.js';

declare module 'vitest' {
  interface Matchers<T> extends RepidMatchers<T> {}
}

expect.extend(repidMatchers);

class Welcome {
  @IsEmail()
  to!: string;
}

@Injectable()
class MembersOnly implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    return runOf(context).message.headers['tenant'] !== 'guest';
  }
}

@Injectable()
class Mail {
  constructor(private readonly repid: Repid) {}

  @Actor()
  send(welcome: Welcome): { isWelcome: boolean; to: string } {
    return { isWelcome: welcome instanceof Welcome, to: welcome.to };
  }
  @Actor({ channel: 'members', concurrency: 1 })
  @UseGuards(MembersOnly)
  tenant(@Payload() n: number, @MessageHeader('tenant') tenant: MessageHeader): string {
    return `${tenant}: ${n}`;
  }
  @Actor()
  async follow(@MessageDependency() msg: MessageDependency): Promise<string> {
    msg.enqueue(this.repid.job('send', { args: { to: 'nobody' } }));
    await msg.ack();
    return msg.topic ?? '';
  }
  @Actor({ timeout: 20 })
  async hang(): Promise<void> {
    await new Promise(() => undefined);
  }
  @Actor()
  fail(): never {
    throw new RangeError('no');
  }
}

describe('runActor()', () => {
  it('validates the payload and returns what the actor returned', async () => {
    const app = await startApp({ providers: [Mail] });
    const result = await runActor(app, Mail, 'send', { to: 'alex@example.org' });
    expectTypeOf(result).toEqualTypeOf<{ isWelcome: boolean; to: string }>();
    expect(result).toEqual({ isWelcome: true, to: 'alex@example.org' });
    const invalid = runActor(app, Mail, 'send', { to: 'alex' });
    await expect(invalid).rejects.toBeInstanceOf(PayloadValidationError);
    await expect(invalid).rejects.toThrow('to');
  });

  it('runs guards, and gives the actor its headers', async () => {
    const app = await startApp({ providers: [Mail] });
    expect(await runActor(app, Mail, 'tenant', 7, { headers: { tenant: 'acme' } })).toBe('acme: 7');
    await expect(runActor(app, Mail, 'tenant', 7, { headers: { tenant: 'guest' } })).rejects.toThrow('guard');
  });

  it("runs the module's middlewares", async () => {
    const shout: ActorMiddleware = async (_context, next) => `${String(await next())}!`;
    const app = await startApp({ providers: [Mail] }, { middlewares: [shout] });
    expect(await runActor(app, Mail, 'tenant', 7)).toBe('undefined: 7!');
  });

  it('rejects with the error that the actor threw', async () => {
    const app = await startApp({ providers: [Mail] });
    await expect(runActor(app, Mail, 'fail')).rejects.toBeInstanceOf(RangeError);
  });

  it('rejects if the actor takes longer than its timeout', async () => {
    const app = await startApp({ providers: [Mail] });
    await expect(runActor(app, Mail, 'hang')).rejects.toThrow('"Mail.hang"');
  });

  it('has a message that can be settled, and publishes nothing in the application', async () => {
    const app = await startApp({ providers: [Mail] });
    expect(await runActor(app, Mail, 'follow')).toBe('follow');
    expect(sent(app)).toEqual([]);
  });

  it('names the actors if there is none of this name', async () => {
    const app = await startApp({ providers: [Mail] });
    await expect(runActor(app, Mail, 'sned' as 'send', { to: '' })).rejects.toThrow(
      'The application has no actor "Mail.sned". It has: "Mail.send", "Mail.tenant", "Mail.follow", "Mail.hang", "Mail.fail".',
    );
    // @ts-expect-error The payload is a Welcome.
    await expect(runActor(app, Mail, 'send', { too: '' })).rejects.toThrow('to must be an email');
  });
});

describe('toHaveSent()', () => {
  it('compares topics and payloads', async () => {
    const app = await startApp({ providers: [Mail] });
    await app.get(Repid).actors(Mail).send({ to: 'alex@example.org' });
    expect(app).toHaveSent('send');
    expect(app).toHaveSent('send', { to: 'alex@example.org' });
    expect(app).toHaveSent('send', { to: expect.stringContaining('alex'), cc: undefined });
    expect(app).not.toHaveSent('send', { to: 'sam@example.org' });
    expect(app).not.toHaveSent('send', { to: 'alex@example.org', cc: '' });
    expect(app).not.toHaveSent('send', {});
    expect(app).not.toHaveSent('tenant');
    await app
      .get(Repid)
      .job('dated', { args: { at: new Date(0) } })
      .enqueue();
    expect(app).toHaveSent('dated', { at: new Date(0) });
    expect(app).not.toHaveSent('dated', { at: new Date(1) });
  });

  it('lists what was sent if it fails', async () => {
    const app = await startApp({ providers: [Mail] });
    expect(() => expect(app).toHaveSent('send')).toThrow('to have sent "send". It has sent nothing.');
    await app.get(Repid).actors(Mail).send({ to: 'alex@example.org' });
    expect(() => expect(app).toHaveSent('send', 7)).toThrow(
      'to have sent "send" with 7. It has sent:\n  "send" on "default": {"to":"alex@example.org"}',
    );
  });
});
