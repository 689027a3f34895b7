import { Body, Inject, Injectable, Logger, Module, Scope } from '@nestjs/common';
import { createRequire } from 'node:module';
import { expect, it, onTestFinished, vi } from 'vitest';
import {
  Actor,
  catchAllRouting,
  InMemoryMessageBroker,
  type MessageBroker,
  MessageDependency,
  Payload,
  RepidModule,
} from '../index.js';
import { startApp, startModule } from '../start-app.fixture.js';

const { version: nestVersion } = createRequire(import.meta.url)('@nestjs/core/package.json') as { version: string };

class Undecorated {
  @Actor()
  send(@Payload('to') _to: string, subject: string): string {
    return subject;
  }
}
class Confused {
  @Actor()
  send(msg: MessageDependency): unknown {
    return msg;
  }
}
class WrongTransport {
  @Actor()
  send(@Body() _body: string): void {}
}
class Unreadable {
  @Actor()
  send(@Payload() _payload: Map<string, string>): void {}
}
// oxlint-disable-next-line typescript/no-extraneous-class
class OnStatic {
  @Actor()
  static send(): void {}
}
class OnProperty {
  // @ts-expect-error The compiler says it too; JavaScript does not.
  @Actor()
  send = (): void => {};
}
class OnAccessor {
  @Actor()
  get send(): number {
    return 1;
  }
}
class OnSymbol {
  @Actor()
  [Symbol.iterator](): void {}
}
class Lost {
  @Actor({ connection: 'reports' })
  send(): void {}
}
class WrongOption {
  @Actor({ timeuot: 1 } as object)
  send(): void {}
}
class TwoOfAName {
  @Actor()
  send(): void {}
  @Actor('send')
  sendAgain(): void {}
}
class TwoCatchAlls {
  @Actor({ routing: catchAllRouting })
  one(): void {}
  @Actor({ routing: catchAllRouting })
  other(): void {}
}

it.each([
  [
    'a parameter that nothing fills',
    Undecorated,
    'Parameter 1 ("subject") of actor "Undecorated.send" is filled by nothing. Decorate it',
  ],
  ['a message that is not asked for', Confused, 'Decorate it with @MessageDependency()'],
  [
    "another transport's decorator",
    WrongTransport,
    'Parameter 0 ("_body") of actor "WrongTransport.send" wears a decorator of another transport',
  ],
  ['a type that no payload has', Unreadable, 'is declared as Map'],
  ['a static method', OnStatic, '"OnStatic.send" is static'],
  ['a property', OnProperty, '"OnProperty.send" is no method'],
  ['an accessor', OnAccessor, '"OnAccessor.send" is no method'],
  ['a method named by a symbol', OnSymbol, 'Symbol(Symbol.iterator)'],
  [
    'an unknown connection',
    Lost,
    'Actor "Lost.send" is on connection "reports", which is not configured. Known connections: default.',
  ],
  ['an unknown option', WrongOption, 'actor "WrongOption.send" has no option "timeuot"'],
  [
    'two actors of a name on a channel',
    TwoOfAName,
    '"TwoOfAName.send" and "TwoOfAName.sendAgain" both take topic "send" on channel "default"',
  ],
  ['two catch-all actors on a channel', TwoCatchAlls, '"TwoCatchAlls.one" and "TwoCatchAlls.other"'],
])('refuses %s at bootstrap', async (_what, type, message) => {
  await expect(startApp({ providers: [type] })).rejects.toThrow(message);
});

it('refuses a class that two modules provide', async () => {
  @Injectable()
  class Twice {
    @Actor()
    run(): void {}
  }
  @Module({ providers: [Twice] })
  class One {}
  @Module({ providers: [Twice] })
  class Two {}
  await expect(startApp({ imports: [One, Two] })).rejects.toThrow(
    'two instances of "Twice", in modules "One" and "Two"',
  );
});

it('refuses a retry policy where the broker knows no delays', async () => {
  const broker = new InMemoryMessageBroker();
  const messageBroker: MessageBroker = Object.assign(broker, {
    capabilities: { ...broker.capabilities, delay: false },
  });
  class Retrying {
    @Actor({ retryPolicy: () => '1s' })
    run(): void {}
  }
  const start = startModule({ imports: [RepidModule.forRoot({ messageBroker })], providers: [Retrying] });
  await expect(start).rejects.toMatchObject({
    code: 'REPID_UNSUPPORTED',
    message: expect.stringContaining('Retrying.run'),
  });
});

// Nest 11 finds it out at the first delivery only.
it.skipIf(nestVersion.startsWith('11.'))('refuses a scoped actor whose dependencies are not there', async () => {
  @Injectable({ scope: Scope.REQUEST })
  class Needy {
    constructor(@Inject('NOWHERE') readonly missing: unknown) {}
    @Actor()
    run(): void {}
  }
  await expect(startApp({ providers: [Needy] })).rejects.toThrow(/NOWHERE/);
});

it('warns of a payload that goes unchecked, because the compiler emits no types', async () => {
  const warn = vi.spyOn(Logger.prototype, 'warn').mockImplementation(() => {});
  onTestFinished(() => warn.mockRestore());
  class Untyped {
    send(_payload: unknown): void {}
  }
  const descriptor = Object.getOwnPropertyDescriptor(Untyped.prototype, 'send') as PropertyDescriptor;
  Actor()(Untyped.prototype, 'send', descriptor);
  await startApp({ providers: [Untyped] });
  expect(warn.mock.calls.flat()).toEqual([
    expect.stringContaining('The payload of actor "Untyped.send" is not validated'),
  ]);
});
