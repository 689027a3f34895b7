import { Injectable, Module } from '@nestjs/common';
import { expect, it } from 'vitest';
import { Actor, Actors, MessageDependency, Payload, Repid } from '../index.js';
import { startApp } from '../start-app.fixture.js';
import { drain } from '../testing/index.js';

function record(): { readonly calls: string[]; note: (text: string) => void } {
  const calls: string[] = [];
  return { calls, note: (text) => calls.push(text) };
}

it('finds actors of providers made by factories, under any token', async () => {
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

it('registers an instance once, even if several modules export it or it has an alias', async () => {
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

it('finds inherited actors, with the options of their base class', async () => {
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

it('runs an overriding actor method with its own parameters', async () => {
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

it('keeps the method directly callable', async () => {
  class Adder {
    @Actor()
    add(@Payload('one') one: number, @Payload('other') other: number): number {
      return one + other;
    }
  }
  expect(new Adder().add(1, 2)).toBe(3);
});

it('merges options of module, class and method, and combines middlewares', async () => {
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
