import { Body, Inject, Injectable, Module, Scope } from '@nestjs/common';
import { createRequire } from 'node:module';
import { expect, it } from 'vitest';
import {
  Actor,
  Actors,
  catchAllRouting,
  InMemoryMessageBroker,
  type MessageBroker,
  MessageDependency,
  Payload,
  Repid,
  RepidModule,
} from '../index.js';
import { startApp, startModule } from '../start-app.fixture.js';
import { drain } from '../testing/index.js';

const { version: nestVersion } = createRequire(import.meta.url)('@nestjs/core/package.json') as { version: string };

function record(): { readonly calls: string[]; note: (text: string) => void } {
  const calls: string[] = [];
  return { calls, note: (text) => calls.push(text) };
}

it('finds actors in what factories make, under any token', async () => {
  const { calls, note } = record();
  class Made {
    constructor(readonly name: string) {}
    @Actor()
    run(): void {
      note(this.name);
    }
  }
  const app = await startApp({ providers: [{ provide: 'MADE', useFactory: () => new Made('by a factory') }] });
  await app.get(Repid).job('run').enqueue();
  await drain(app);
  expect(calls).toEqual(['by a factory']);
});

it('takes an instance once, however many modules export it and whatever it is also called', async () => {
  const { calls, note } = record();
  @Injectable()
  class Shared {
    @Actor()
    run(): void {
      note('run');
    }
  }
  @Module({ providers: [Shared, { provide: 'ALIAS', useExisting: Shared }], exports: [Shared, 'ALIAS'] })
  class One {}
  @Module({ imports: [One], exports: [One] })
  class Two {}
  const app = await startApp({
    imports: [One, Two],
    providers: [{ provide: 'AGAIN', useFactory: (shared: Shared) => shared, inject: [Shared] }],
  });
  await app.get(Repid).job('run').enqueue();
  await drain(app);
  expect(calls).toEqual(['run']);
});

it('finds inherited actors, with the options of the class they are inherited from', async () => {
  const { calls, note } = record();
  @Actors({ channel: 'base' })
  abstract class Base {
    abstract readonly name: string;
    @Actor()
    run(@Payload('x') x: number): void {
      note(`${this.name} ${x}`);
    }
  }
  @Injectable()
  class Derived extends Base {
    readonly name = 'derived';
  }
  const app = await startApp({ providers: [Derived] });
  await app.get(Repid).actors(Derived).run(1);
  await drain(app);
  expect(calls).toEqual(['derived 1']);
});

it('runs the override of an actor, with its own parameters', async () => {
  const { calls, note } = record();
  class Base {
    @Actor()
    run(@Payload('x') x: unknown, _more?: unknown): void {
      note(`base ${x}`);
    }
  }
  @Injectable()
  class Derived extends Base {
    @Actor('runs')
    override run(@Payload('y') y: string): void {
      note(`derived ${y}`);
    }
  }
  const app = await startApp({ providers: [Derived] });
  await app
    .get(Repid)
    .job('runs', { args: { y: 'why' } })
    .enqueue();
  await drain(app);
  expect(calls).toEqual(['derived why']);
});

it('survives decorators that replace the method', async () => {
  const { calls, note } = record();
  const Traced = (): MethodDecorator => (_target, _method, descriptor: PropertyDescriptor) => {
    const original = descriptor.value as (...args: unknown[]) => unknown;
    descriptor.value = function traced(this: unknown, ...args: unknown[]): unknown {
      note('traced');
      return original.apply(this, args);
    };
  };
  @Injectable()
  class Mail {
    @Traced()
    @Actor()
    send(@Payload('to') to: string): void {
      note(to);
    }
  }
  const app = await startApp({ providers: [Mail] });
  await app
    .get(Repid)
    .job('send', { args: { to: 'Alex' } })
    .enqueue();
  await drain(app);
  expect(calls).toEqual(['traced', 'Alex']);
});

it('lets the method be called as before', async () => {
  class Adder {
    @Actor()
    add(@Payload('one') one: number, @Payload('other') other: number): number {
      return one + other;
    }
  }
  expect(new Adder().add(1, 2)).toBe(3);
});

it('layers options: module, class, method; middlewares add up', async () => {
  const { calls, note } = record();
  const layer = (name: string) => (_context: unknown, next: () => Promise<unknown>) => {
    note(name);
    return next();
  };
  @Injectable()
  @Actors({ channel: 'of_class', timeout: '2s', middlewares: [layer('class')] })
  class Mail {
    @Actor({ timeout: '1s', middlewares: [layer('method')] })
    send(@MessageDependency() msg: MessageDependency): void {
      note(`${msg.channel} ${msg.parameters.timeout}`);
    }
    @Actor()
    other(@MessageDependency() msg: MessageDependency): void {
      note(`${msg.channel} ${msg.parameters.timeout}`);
    }
  }
  @Injectable()
  class Plain {
    @Actor()
    plain(@MessageDependency() msg: MessageDependency): void {
      note(`${msg.channel} ${msg.parameters.timeout}`);
    }
  }
  const options = { middlewares: [layer('module')], actorDefaults: { channel: 'of_module', timeout: '3s' } };
  const app = await startApp({ providers: [Mail, Plain] }, options);
  await app.get(Repid).actors(Mail).send();
  await drain(app);
  expect(calls.splice(0)).toEqual(['module', 'class', 'method', 'of_class 1000']);
  await app.get(Repid).actors(Mail).other();
  await drain(app);
  expect(calls.splice(0)).toEqual(['module', 'class', 'of_class 2000']);
  await app.get(Repid).actors(Plain).plain();
  await drain(app);
  expect(calls.splice(0)).toEqual(['module', 'of_module 3000']);
});

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
