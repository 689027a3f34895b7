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

it('shows failures to filters and fails all the same, whatever they answer', async () => {
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

class Particular extends Error {}

it('calls the first filter that catches the error: method before class', async () => {
  const calls: string[] = [];
  @Catch(Particular)
  @Injectable()
  class ParticularFilter implements ExceptionFilter {
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
  @UseFilters(ParticularFilter)
  class Failing {
    @UseFilters(TypeErrorFilter)
    @Actor()
    run(@Payload('kind') kind: string): void {
      throw kind === 'particular' ? new Particular('p') : kind === 'type' ? new TypeError('t') : new Error('e');
    }
  }
  const app = await startApp({ providers: [Failing] });
  for (const kind of ['particular', 'type', 'other']) await runOne(app, { kind });
  expect(calls).toEqual(['particular', 'type error']);
});

it.each([
  [
    'throws',
    {
      catch: (): never => {
        throw new Unrecoverable('for good');
      },
    },
  ],
  ['answers an observable that fails', { catch: () => throwError(() => new Unrecoverable('for good')) }],
])('takes another error that a filter %s, and keeps the first as its cause', async (_how, filter) => {
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

it('shows what a guard has thrown, and dead-letters it all the same', async () => {
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

it("leaves the outcome to an error of Repid's", async () => {
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

it('shows payloads that are not valid to filters too', async () => {
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
])('shows failures to global filters: %s', async (globalEnhancers, expected) => {
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

it('refuses a filter that is made for each request', async () => {
  @Catch()
  @Injectable({ scope: Scope.REQUEST })
  class Fleeting implements ExceptionFilter {
    catch(): void {}
  }
  class Failing {
    @UseFilters(Fleeting)
    @Actor()
    run(): void {}
  }
  await expect(startApp({ providers: [Failing] })).rejects.toThrow('Filter "Fleeting" on actor "Failing.run"');
});

it('is not harmed by an error that cannot be asked what it is, nor by a frozen one', async () => {
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

it('keeps what an HTTP exception of the actor responds', async () => {
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
