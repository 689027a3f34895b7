import { Body, Inject, Injectable, Logger, Module, Scope } from '@nestjs/common';
import { createRequire } from 'node:module';
import { IsString } from 'class-validator';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  Actor,
  Actors,
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
class UndecoratedMessage {
  @Actor()
  send(msg: MessageDependency): unknown {
    return msg;
  }
}
class WrongTransport {
  @Actor()
  send(@Body() _body: string): void {}
}
class UnsupportedType {
  @Actor()
  send(@Payload() _payload: Map<string, string>): void {}
}
// oxlint-disable-next-line typescript/no-extraneous-class
class OnStatic {
  @Actor()
  static send(): void {}
}
class OnProperty {
  // @ts-expect-error TypeScript reports it too, but the package also serves JavaScript.
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
class UnknownConnection {
  @Actor({ connection: 'reports' })
  send(): void {}
}
class WrongOption {
  @Actor({ timeuot: 1 } as object)
  send(): void {}
}
class SameName {
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
    'a parameter without a source',
    Undecorated,
    'Parameter 1 ("subject") of actor "Undecorated.send" has no source. Decorate it',
  ],
  ['a message parameter without the decorator', UndecoratedMessage, 'Decorate it with @MessageDependency()'],
  [
    "another transport's decorator",
    WrongTransport,
    'Parameter 0 ("_body") of actor "WrongTransport.send" has a decorator of another transport',
  ],
  ['a type that no payload can have', UnsupportedType, 'has the type Map'],
  ['a static method', OnStatic, '"OnStatic.send" is static'],
  ['a property', OnProperty, '"OnProperty.send" is not a method'],
  ['an accessor', OnAccessor, '"OnAccessor.send" is not a method'],
  ['a method named by a symbol', OnSymbol, 'Symbol(Symbol.iterator)'],
  [
    'an unknown connection',
    UnknownConnection,
    'Actor "UnknownConnection.send" is on connection "reports", which is not configured. Known connections: default.',
  ],
  ['an unknown option', WrongOption, 'actor "WrongOption.send" has no option "timeuot"'],
  [
    'two actors with the same name on a channel',
    SameName,
    '"SameName.send" and "SameName.sendAgain" both take topic "send" on channel "default"',
  ],
  ['two catch-all actors on a channel', TwoCatchAlls, '"TwoCatchAlls.one" and "TwoCatchAlls.other"'],
])('refuses %s at bootstrap', async (_description, type, message) => {
  await expect(startApp({ providers: [type] })).rejects.toThrow(message);
});

it('refuses a class that two modules provide', async () => {
  @Injectable()
  class ProvidedTwice {
    @Actor()
    run(): void {}
  }
  @Module({ providers: [ProvidedTwice] })
  class One {}
  @Module({ providers: [ProvidedTwice] })
  class Two {}
  await expect(startApp({ imports: [One, Two] })).rejects.toThrow(
    'Class "ProvidedTwice" with actor "ProvidedTwice.run" has two instances, in modules "One" and "Two"',
  );
});

it('refuses a retry policy if the broker does not support delays', async () => {
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

// Nest 11 reports it only at the first delivery.
it.skipIf(nestVersion.startsWith('11.'))('refuses a scoped actor whose dependencies are not there', async () => {
  @Injectable({ scope: Scope.REQUEST })
  class MissingDependency {
    constructor(@Inject('NOWHERE') readonly missing: unknown) {}
    @Actor()
    run(): void {}
  }
  await expect(startApp({ providers: [MissingDependency] })).rejects.toThrow(/NOWHERE/);
});

it('warns if a payload is not validated because the compiler emits no types', async () => {
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

describe('A payload that nothing validates', () => {
  class Plain {
    to!: string;
  }
  interface Shape {
    to: string;
  }
  class Decorated {
    @IsString()
    to!: string;
  }
  class Unvalidated {
    @Actor()
    byInterface(_payload: Shape): void {}
    @Actor()
    byPartial(_payload: Partial<Decorated>): void {}
    @Actor()
    byUnion(_payload: Decorated | undefined | number): void {}
    @Actor()
    list(_payload: Decorated[]): void {}
    @Actor()
    plain(_payload: Plain): void {}
    @Actor()
    items(@Payload({ items: Plain }) _payload: Plain[]): void {}
    @Actor()
    field(@Payload('one') _one: Shape, @Payload('two') _two: number): void {}
  }
  @Actors({ channel: 'validated' })
  class Validated {
    @Actor()
    byClass(_payload: Decorated): void {}
    @Actor()
    primitive(_payload: number): void {}
    @Actor()
    bytes(_payload: Uint8Array): void {}
    @Actor()
    items(@Payload({ items: Decorated }) _payload: Decorated[]): void {}
    @Actor()
    nothing(): void {}
  }

  it('is reported at bootstrap, with the reason and the remedy', async () => {
    const warn = vi.spyOn(Logger.prototype, 'warn').mockImplementation(() => {});
    onTestFinished(() => warn.mockRestore());
    await startApp({ providers: [Unvalidated, Validated] });
    const reports = warn.mock.calls.map(([text]) => String(text));
    expect(reports.map((text) => /of actor "([^"]*)"/.exec(text)?.[1])).toEqual(
      ['byInterface', 'byPartial', 'byUnion', 'list', 'plain', 'items', 'field'].map((name) => `Unvalidated.${name}`),
    );
    const remedy =
      'Use a class with class-validator decorators, @Payload({ items: Class }) for an array, or @Payload({ schema }).';
    expect(reports[0]).toBe(
      'The payload of actor "Unvalidated.byInterface" is not validated: its type is no class at run time: an interface, ' +
        `a type alias, a union, Partial<...>, any, unknown, or imported by "import type". ${remedy}`,
    );
    expect(reports[3]).toContain('TypeScript does not keep the type of its items.');
    expect(reports[4]).toContain('class "Plain" has no class-validator decorator');
    expect(reports[6]).toContain('Field "one" of the payload of actor "Unvalidated.field"');
  });

  it('is refused or allowed if the module says so', async () => {
    const warn = vi.spyOn(Logger.prototype, 'warn').mockImplementation(() => {});
    onTestFinished(() => warn.mockRestore());
    const start = startApp({ providers: [Unvalidated] }, { unvalidatedPayloads: 'refuse' });
    await expect(start).rejects.toThrow('The payload of actor "Unvalidated.byInterface" is not validated');
    await startApp({ providers: [Validated] }, { unvalidatedPayloads: 'refuse' });
    await startApp({ providers: [Unvalidated] }, { unvalidatedPayloads: 'allow' });
    class Piped {
      @Actor()
      piped(@Payload({ transform: (value: Shape) => value }) _payload: Shape): void {}
    }
    await startApp({ providers: [Piped] }, { unvalidatedPayloads: 'refuse' });
    const converter = { convertInputs: () => [1], convertOutputs: (value: unknown) => value };
    await startApp({ providers: [Unvalidated] }, { unvalidatedPayloads: 'refuse', actorDefaults: { converter } });
    expect(warn).not.toHaveBeenCalled();
  });
});
