import {
  type CallHandler,
  type CanActivate,
  type ExecutionContext,
  Injectable,
  type ModuleMetadata,
  Scope,
  UseGuards,
} from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR, APP_PIPE } from '@nestjs/core';
import { expect, it } from 'vitest';
import { Actor, Payload, type RepidModuleOptions } from '../index.js';
import { startApp } from '../start-app.fixture.js';
import { runOne } from './run-one.fixture.js';

const globals = (calls: string[]): ModuleMetadata['providers'] => [
  { provide: APP_GUARD, useValue: { canActivate: () => calls.push('guard') > 0 } },
  { provide: APP_PIPE, useValue: { transform: (value: unknown) => (calls.push('pipe'), value) } },
  {
    provide: APP_INTERCEPTOR,
    useValue: {
      intercept: (_context: ExecutionContext, next: CallHandler) => (calls.push('interceptor'), next.handle()),
    },
  },
];

it.each<[string, RepidModuleOptions, string[]]>([
  ['ignores global enhancers by default', {}, []],
  ['runs global enhancers if globalEnhancers is set', { globalEnhancers: true }, ['guard', 'interceptor', 'pipe']],
])('%s', async (_description, options, expected) => {
  const calls: string[] = [];
  class Plain {
    @UseGuards({ canActivate: () => true })
    @Actor()
    run(@Payload('x') x: number): number {
      return x;
    }
  }
  const app = await startApp({ providers: [Plain, ...(globals(calls) ?? [])] }, options);
  expect((await runOne(app, { x: 5 })).data).toBe(5);
  expect(calls).toEqual(expected);
});

it('refuses request-scoped global enhancers', async () => {
  @Injectable({ scope: Scope.REQUEST })
  class RequestScopedGuard implements CanActivate {
    canActivate(): boolean {
      return false;
    }
  }
  class Plain {
    @Actor()
    run(): void {}
  }
  const providers = [Plain, { provide: APP_GUARD, useClass: RequestScopedGuard }];
  await expect(startApp({ providers }, { globalEnhancers: true })).rejects.toThrow(
    'does not run request-scoped global enhancers for actors: "RequestScopedGuard"',
  );
  expect((await runOne(await startApp({ providers }))).state).toBe('succeeded');
});
