import {
  type CanActivate,
  type ExecutionContext,
  Inject,
  Injectable,
  Module,
  Scope,
  type Type,
  UseGuards,
} from '@nestjs/common';
import { ContextIdFactory, type ContextId, type HostComponentInfo, REQUEST } from '@nestjs/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Actor, MessageDependency, Payload, Repid, runOf } from '../index.js';
import { startApp } from '../start-app.fixture.js';
import { drain } from '../testing/index.js';
import { runOne } from './run-one.fixture.js';

it('creates a request-scoped actor for each delivery, also for concurrent ones', async () => {
  const instances = new Set<object>();
  let arrive = (): void => {};
  const bothAreThere = new Promise<void>((resolve) => (arrive = resolve));
  @Injectable({ scope: Scope.REQUEST })
  class Scoped {
    constructor(@Inject(REQUEST) readonly message: MessageDependency) {}
    @Actor()
    async run(@Payload('x') x: number): Promise<unknown[]> {
      instances.add(this);
      if (instances.size === 2) arrive();
      await bothAreThere;
      return [x, this.message.headers['tenant'], this.message.id];
    }
  }
  const app = await startApp({ providers: [Scoped] });
  const repid = app.get(Repid);
  const jobs = [1, 2].map((x) => repid.job('run', { args: { x }, headers: { tenant: `t${x}` } }));
  await repid.enqueue(jobs);
  await drain(app);
  const results = await Promise.all(jobs.map(async (job) => (await job.result())?.data));
  expect(results).toEqual([
    [1, 't1', jobs[0]?.id],
    [2, 't2', jobs[1]?.id],
  ]);
  expect(instances.size).toBe(2);
});

it('supports request-scoped dependencies and guards', async () => {
  @Injectable({ scope: Scope.REQUEST })
  class Tenant {
    constructor(@Inject(REQUEST) readonly message: MessageDependency) {}
    get name(): string | undefined {
      return this.message.headers['tenant'];
    }
  }
  @Injectable()
  class TenantGuard implements CanActivate {
    constructor(private readonly tenant: Tenant) {}
    canActivate(context: ExecutionContext): boolean {
      return this.tenant.name === runOf(context).message.headers['tenant'];
    }
  }
  @Injectable()
  class Scoped {
    constructor(readonly tenant: Tenant) {}
    @UseGuards(TenantGuard)
    @Actor()
    run(): string | undefined {
      return this.tenant.name;
    }
  }
  @Module({ providers: [Tenant, Scoped] })
  class Feature {}
  expect((await runOne(await startApp({ imports: [Feature] }))).data).toBe('blue');
});

describe('With a ContextIdStrategy', () => {
  const tenants = new Map<string, ContextId>();
  beforeAll(() =>
    ContextIdFactory.apply({
      attach(contextId: ContextId, request: MessageDependency) {
        const tenant = request.headers['tenant'] ?? '';
        if (!tenants.has(tenant)) tenants.set(tenant, { id: Math.random() });
        const shared = tenants.get(tenant) as ContextId;
        return { payload: { tenant }, resolve: (info: HostComponentInfo) => (info.isTreeDurable ? shared : contextId) };
      },
    }),
  );
  afterAll(() => ContextIdFactory.apply(undefined as never));

  it('shares durable providers, which get its payload as REQUEST', async () => {
    let made = 0;
    @Injectable({ scope: Scope.REQUEST, durable: true })
    class TenantDatabase {
      readonly number = (made += 1);
      constructor(@Inject(REQUEST) readonly request: { tenant: string }) {}
    }
    @Injectable()
    class Scoped {
      constructor(readonly database: TenantDatabase) {}
      @Actor()
      run(): unknown[] {
        return [this.database.number, this.database.request.tenant];
      }
    }
    const app = await startApp({ providers: [Scoped, TenantDatabase] });
    expect((await runOne(app)).data).toEqual([1, 'blue']);
    expect((await runOne(app)).data).toEqual([1, 'blue']);
  });

  it('still injects the message as REQUEST into actors that are not durable', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class Scoped {
      constructor(@Inject(REQUEST) readonly message: MessageDependency) {}
      @Actor()
      run(): unknown[] {
        return [this.message.topic, this.message.headers['tenant']];
      }
    }
    expect((await runOne(await startApp({ providers: [Scoped] }))).data).toEqual(['run', 'blue']);
  });
});

it('creates a transient actor for each delivery', async () => {
  const instances = new Set<object>();
  @Injectable({ scope: Scope.TRANSIENT })
  class TransientActor {
    readonly ready = true;
    @Actor()
    run(): boolean {
      instances.add(this);
      return this.ready;
    }
  }
  const app = await startApp({ providers: [TransientActor as Type] });
  expect((await runOne(app)).data).toBe(true);
  expect((await runOne(app)).data).toBe(true);
  expect(instances.size).toBe(2);
});
