import {
  type ArgumentsHost,
  BadRequestException,
  Catch,
  type ExceptionFilter,
  ForbiddenException,
  Injectable,
  Scope,
  UseFilters,
  UseGuards,
} from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { throwError } from 'rxjs';
import { expect, it } from 'vitest';
import { Actor, isRepidContext, Payload, RetryLater, runOf, Unrecoverable } from '../index.js';
import { runOne } from './run-one.fixture.js';
import { startApp } from '../start-app.fixture.js';

it('passes errors to filters, and fails the job whatever they return', async () => {
  const seen: unknown[] = [];
  const swallow: ExceptionFilter = {
    catch: async (error: Error, host: ArgumentsHost) => {
      seen.push(error.message, isRepidContext(host), runOf(host).message.channel, runOf(host).actor.label);
      return 'all is well';
    },
  };
  class Failing {
    @UseFilters(swallow)
    @Actor()
    run(): void {
      throw new Error('it broke');
    }
  }
  const { deadLetter, state } = await runOne(await startApp({ providers: [Failing] }));
  expect(deadLetter).toMatchObject({ name: 'Error', message: 'it broke' });
  expect(state).toBe('failed');
  expect(seen).toEqual(['it broke', true, 'default', 'Failing.run']);
});

class SpecificError extends Error {}

it('calls the first filter that catches the error: method before class', async () => {
  const calls: string[] = [];
  @Catch(SpecificError)
  @Injectable()
  class SpecificErrorFilter implements ExceptionFilter {
    catch(): void {
      calls.push('particular');
    }
  }
  @Catch(TypeError)
  class TypeErrorFilter implements ExceptionFilter {
    catch(): void {
      calls.push('type error');
    }
  }
  @UseFilters(SpecificErrorFilter)
  class Failing {
    @UseFilters(TypeErrorFilter)
    @Actor()
    run(@Payload('kind') kind: string): void {
      throw kind === 'particular' ? new SpecificError('p') : kind === 'type' ? new TypeError('t') : new Error('e');
    }
  }
  const app = await startApp({ providers: [Failing] });
  for (const kind of ['particular', 'type', 'other']) await runOne(app, { kind });
  expect(calls).toEqual(['particular', 'type error']);
});

it.each([
  [
    'throws another',
    {
      catch: (): never => {
        throw new Unrecoverable('for good');
      },
    },
  ],
  ['returns an observable that fails', { catch: () => throwError(() => new Unrecoverable('for good')) }],
])('replaces the error if a filter %s, and keeps the original as its cause', async (_description, filter) => {
  const causes: unknown[] = [];
  const original = new Error('it broke');
  class Failing {
    @UseFilters(filter)
    @Actor({ onError: (error) => (causes.push((error as Error).cause), 'nack') })
    run(): void {
      throw original;
    }
  }
  const { deadLetter } = await runOne(await startApp({ providers: [Failing] }), undefined, 3);
  expect(deadLetter).toMatchObject({ code: 'REPID_UNRECOVERABLE', attempts: 1 });
  expect(causes).toEqual([original]);
});

it("passes a guard's exception to filters, and dead-letters the message", async () => {
  const seen: unknown[] = [];
  @Catch(ForbiddenException)
  class ForbiddenFilter implements ExceptionFilter {
    catch(error: ForbiddenException): never {
      seen.push(error.message);
      throw new Error('masked');
    }
  }
  class Guarded {
    @UseFilters(ForbiddenFilter)
    @UseGuards({ canActivate: () => false })
    @Actor()
    run(): void {}
  }
  const { deadLetter } = await runOne(await startApp({ providers: [Guarded] }), undefined, 3);
  expect(deadLetter).toMatchObject({ code: 'REPID_UNRECOVERABLE', name: 'Unrecoverable', attempts: 1 });
  expect(seen).toEqual(['Forbidden resource']);
});

it('keeps an error that decides the outcome', async () => {
  let runs = 0;
  class Failing {
    @UseFilters({
      catch: (): never => {
        throw new Error('masked');
      },
    })
    @Actor()
    run(): void {
      runs += 1;
      if (runs === 1) throw new RetryLater('1s');
      throw new Unrecoverable('for good');
    }
  }
  const { deadLetter } = await runOne(await startApp({ providers: [Failing] }), undefined, 3);
  expect(deadLetter).toMatchObject({ code: 'REPID_UNRECOVERABLE', message: 'for good' });
  expect(runs).toBe(2);
});

it('passes validation errors to filters', async () => {
  const seen: unknown[] = [];
  class Strict {
    @UseFilters({ catch: (error: { code: string }) => void seen.push(error.code) })
    @Actor()
    run(@Payload('x') _x: number): void {}
  }
  await runOne(await startApp({ providers: [Strict] }), { x: 'five' });
  expect(seen).toEqual(['REPID_PAYLOAD_VALIDATION']);
});

it.each([
  [false, []],
  [true, ['it broke']],
])('passes errors to global filters if globalEnhancers is set: %s', async (globalEnhancers, expected) => {
  const seen: string[] = [];
  class Failing {
    @Actor()
    run(): void {
      throw new Error('it broke');
    }
  }
  const filter = { provide: APP_FILTER, useValue: { catch: (error: Error) => void seen.push(error.message) } };
  await runOne(await startApp({ providers: [Failing, filter] }, { globalEnhancers }));
  expect(seen).toEqual(expected);
});

it('refuses a request-scoped filter', async () => {
  @Catch()
  @Injectable({ scope: Scope.REQUEST })
  class RequestScopedFilter implements ExceptionFilter {
    catch(): void {}
  }
  class Failing {
    @UseFilters(RequestScopedFilter)
    @Actor()
    run(): void {}
  }
  await expect(startApp({ providers: [Failing] })).rejects.toThrow(
    'Filter "RequestScopedFilter" on actor "Failing.run"',
  );
});

it('handles a frozen error, and an error whose properties cannot be read', async () => {
  @Catch(TypeError)
  class TypeErrorFilter implements ExceptionFilter {
    catch(): void {}
  }
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  class Failing {
    @UseFilters(TypeErrorFilter)
    @Actor()
    run(): void {
      throw proxy;
    }
  }
  const { deadLetter, state } = await runOne(await startApp({ providers: [Failing] }));
  expect([deadLetter?.message, state]).toEqual(['an object that cannot be read', 'failed']);

  class Masked {
    @UseFilters({
      catch: (): never => {
        throw Object.freeze(new Error('masked'));
      },
    })
    @Actor()
    run(): void {
      throw new Error('it broke');
    }
  }
  expect((await runOne(await startApp({ providers: [Masked] }))).deadLetter).toMatchObject({ message: 'masked' });
});

it('keeps the response of an HTTP exception that the actor throws', async () => {
  class Failing {
    @Actor()
    run(): void {
      throw new BadRequestException(['x must be a number', 'y is missing']);
    }
  }
  const { deadLetter } = await runOne(await startApp({ providers: [Failing] }));
  expect(deadLetter).toMatchObject({
    name: 'BadRequestException',
    status: 400,
    response: expect.stringContaining('["x must be a number","y is missing"]'),
  });
});
