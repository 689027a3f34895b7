import {
  BadRequestException,
  type CallHandler,
  type CanActivate,
  createParamDecorator,
  type ExecutionContext,
  ForbiddenException,
  Injectable,
  type NestInterceptor,
  ParseIntPipe,
  type PipeTransform,
  ServiceUnavailableException,
  SetMetadata,
  UseGuards,
  UseInterceptors,
  UsePipes,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { from, map, of } from 'rxjs';
import { expect, it } from 'vitest';
import { Actor, isRepidContext, MessageDependency, MessageHeader, Payload, type RepidRun, runOf } from '../index.js';
import { startApp } from '../start-app.fixture.js';
import { runOne } from './run-one.fixture.js';

it("runs guards, interceptors and pipes of class and method in Nest's order", async () => {
  const calls: string[] = [];
  const guard = (name: string): CanActivate => ({ canActivate: () => calls.push(name) > 0 });
  const around = (name: string): NestInterceptor => ({
    intercept: (_context: ExecutionContext, next: CallHandler) => {
      calls.push(`${name} before`);
      return next.handle().pipe(map((value: unknown) => [name, value]));
    },
  });
  const pipe = (name: string): PipeTransform => ({ transform: (value: unknown) => (calls.push(name), value) });
  @UseGuards(guard('class guard'))
  @UseInterceptors(around('class'))
  @UsePipes(pipe('class pipe'))
  class Enhanced {
    @UseGuards(guard('method guard'))
    @UseInterceptors(around('method'))
    @UsePipes(pipe('method pipe'))
    @Actor()
    run(@Payload('x', pipe('parameter pipe')) x: number): number {
      calls.push('actor');
      return x;
    }
  }
  const { data } = await runOne(await startApp({ providers: [Enhanced] }), { x: 5 });
  expect(data).toEqual(['class', ['method', 5]]);
  expect(calls).toEqual([
    'class guard',
    'method guard',
    'class before',
    'method before',
    'class pipe',
    'method pipe',
    'parameter pipe',
    'actor',
  ]);
});

it('lets Nest instantiate guards and passes them the run', async () => {
  const seen: unknown[] = [];
  const Role = (role: string) => SetMetadata('role', role);
  @Injectable()
  class RoleGuard implements CanActivate {
    constructor(private readonly reflector: Reflector) {}
    canActivate(context: ExecutionContext): boolean {
      const { message, args, actor } = runOf(context);
      seen.push(
        context.getType(),
        isRepidContext(context),
        context.getClass(),
        context.getHandler() === Guarded.prototype.run,
      );
      seen.push(actor.label, message.headers['tenant'], args, this.reflector.get('role', context.getHandler()));
      return true;
    }
  }
  class Guarded {
    @Role('mailer')
    @UseGuards(RoleGuard)
    @Actor()
    run(@Payload('x') x: number): number {
      return x;
    }
  }
  expect((await runOne(await startApp({ providers: [Guarded] }), { x: 5 })).data).toBe(5);
  expect(seen).toEqual(['repid', true, Guarded, true, 'Guarded.run', 'blue', [5], 'mailer']);
});

it.each([
  ['returns false', () => false],
  [
    'throws',
    () => {
      throw new ForbiddenException('not you');
    },
  ],
])('does not retry if a guard %s', async (_description, canActivate) => {
  let runs = 0;
  class Guarded {
    @UseGuards({ canActivate })
    @Actor()
    run(): void {
      runs += 1;
    }
  }
  const { deadLetter } = await runOne(await startApp({ providers: [Guarded] }), undefined, 3);
  expect(deadLetter).toMatchObject({
    code: 'REPID_UNRECOVERABLE',
    attempts: 1,
    message: expect.stringContaining('A guard refused "Guarded.run"'),
  });
  expect(runs).toBe(0);
});

it('retries if a guard fails, or if the actor itself throws a ForbiddenException', async () => {
  let runs = 0;
  class Guarded {
    @UseGuards({
      canActivate: () => {
        runs += 1;
        if (runs < 3) throw new ServiceUnavailableException();
        return true;
      },
    })
    @Actor()
    run(): string {
      if (runs < 4) throw new ForbiddenException('the API said no');
      return 'done';
    }
  }
  expect((await runOne(await startApp({ providers: [Guarded] }), undefined, 5)).data).toBe('done');
  expect(runs).toBe(4);
});

it("passes a pipe's value to the actor, and does not retry if a pipe refuses", async () => {
  class Piped {
    @Actor()
    run(
      @Payload('x', ParseIntPipe) x: unknown,
      @MessageHeader('tenant', { transform: (text: string) => text.toUpperCase() }) tenant: string,
    ): unknown[] {
      return [x, tenant];
    }
  }
  const app = await startApp({ providers: [Piped] });
  expect((await runOne(app, { x: '5' })).data).toEqual([5, 'BLUE']);
  const { deadLetter } = await runOne(app, { x: 'five' }, 3);
  expect(deadLetter).toMatchObject({
    code: 'REPID_UNRECOVERABLE',
    attempts: 1,
    message: expect.stringContaining('A pipe refused the payload of "Piped.run"'),
  });
});

it('retries if the actor throws the same exception as a pipe would', async () => {
  let runs = 0;
  class Piped {
    @Actor()
    run(@Payload('x', ParseIntPipe) x: unknown): unknown {
      runs += 1;
      if (runs < 3) throw new BadRequestException();
      return x;
    }
  }
  expect((await runOne(await startApp({ providers: [Piped] }), { x: '5' }, 3)).data).toBe(5);
});

it("supports custom param decorators next to Repid's", async () => {
  const Tenant = createParamDecorator((field: string, context: ExecutionContext) => [
    field,
    runOf(context).message.headers['tenant'],
  ]);
  class Mixed {
    @Actor()
    run(
      @Tenant('of') tenant: string[],
      @Payload('x') x: number,
      @MessageDependency() msg: MessageDependency,
    ): unknown[] {
      return [tenant, x, msg.channel];
    }
  }
  expect((await runOne(await startApp({ providers: [Mixed] }), { x: 5 })).data).toEqual([['of', 'blue'], 5, 'default']);
});

it('passes a property that a guard sets to a param decorator', async () => {
  const User = createParamDecorator(
    (_data: unknown, context: ExecutionContext) => context.switchToHttp().getRequest<{ user: string }>().user,
  );
  class Guarded {
    @UseGuards({
      canActivate: (context: ExecutionContext) => Object.assign(runOf(context), { user: 'Alex' }) !== undefined,
    })
    @Actor()
    run(@User() user: string): string {
      return user;
    }
  }
  expect((await runOne(await startApp({ providers: [Guarded] }))).data).toBe('Alex');
});

it.each([
  [
    'with an interceptor',
    [UseInterceptors({ intercept: (_context: ExecutionContext, next: CallHandler) => next.handle() })],
  ],
  ['bare', []],
])('takes the last value of an observable as the result, %s', async (_description, decorators) => {
  class Streaming {
    @Actor()
    run(): unknown {
      return from([1, 2, 3]);
    }
  }
  for (const decorate of decorators) decorate(Streaming);
  expect((await runOne(await startApp({ providers: [Streaming] }))).data).toBe(3);
});

it('lets an interceptor return a result instead of the actor', async () => {
  class Cached {
    @UseInterceptors({ intercept: () => of('from the cache') })
    @Actor()
    run(): string {
      throw new Error('never');
    }
  }
  expect((await runOne(await startApp({ providers: [Cached] }))).data).toBe('from the cache');
});

it('refuses a guard that Nest does not instantiate', async () => {
  @Injectable()
  class Never implements CanActivate {
    canActivate(): boolean {
      return false;
    }
  }
  @UseGuards(Never)
  class Made {
    @Actor()
    run(): void {}
  }
  await expect(startApp({ providers: [{ provide: 'MADE', useFactory: () => new Made() }] })).rejects.toThrow(
    '"Never" on actor "Made.run" is not instantiated',
  );
});

it('passes the same run to all enhancers', async () => {
  const runs = new Set<RepidRun>();
  const note = (context: ExecutionContext): boolean => Boolean(runs.add(runOf(context)));
  class Noted {
    @UseGuards({ canActivate: note })
    @UseInterceptors({ intercept: (context: ExecutionContext, next: CallHandler) => (note(context), next.handle()) })
    @Actor()
    run(): void {}
  }
  await runOne(await startApp({ providers: [Noted] }));
  expect(runs.size).toBe(1);
});
