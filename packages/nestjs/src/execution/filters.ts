import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import { FILTER_CATCH_EXCEPTIONS } from '@nestjs/common/constants.js';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { ActorDefinitionError, isA, isFinal, RetryLater, type ActorMiddleware } from '@repid/core';
import { isObservable, lastValueFrom } from 'rxjs';
import { REPID_CONTEXT, RepidRun } from '../context/index.js';
import type { FoundActor } from '../discovery/index.js';
import { Refusal } from './refusal.js';

type AnyClass = abstract new (...args: never[]) => unknown;

/** A filter as it looks at failures. */
interface Observer {
  readonly types: readonly Function[];
  readonly show: ExceptionFilter['catch'];
}

/**
 * Shows an actor's failures to its exception filters; the first that catches the error is called, as Nest does it.
 *
 * Filters observe: what becomes of the message is decided by the error. A filter that returns, whatever it answers,
 * leaves the error as it is; one that throws another error puts that in its place, with the original as its cause.
 * An error that asks for an outcome, such as `Unrecoverable`, stays.
 *
 * @throws ActorDefinitionError for a filter that is made anew for each request
 */
export function observingMiddleware(found: FoundActor, filters: readonly unknown[]): ActorMiddleware {
  const observers = filters.map((filter) => observerFrom(instanceOf(filter, found)));
  const { prototype } = found.candidate;
  const callback = (prototype as Record<string, Function>)[found.method];
  return async ({ actor, message }, next) => {
    try {
      return await next();
    } catch (error) {
      const shown = isA(error, Refusal) ? error.cause : error;
      const observer = observers.find(
        ({ types }) => types.length === 0 || types.some((type) => isA(shown, type as AnyClass)),
      );
      if (!observer) throw error;
      const run = new RepidRun(actor, message, []);
      const host = new ExecutionContextHost([run], prototype.constructor as never, callback);
      host.setType(REPID_CONTEXT);
      const thrown = await whatItThrows(observer, shown, host);
      throw thrown === undefined || isSteering(error) ? error : withCause(thrown, error);
    }
  };
}

function instanceOf(filter: unknown, { candidate: { wrapper }, label }: FoundActor): ExceptionFilter {
  if (typeof filter !== 'function') return filter as ExceptionFilter;
  const made = wrapper.host?.injectables.get(filter);
  if (made?.isDependencyTreeStatic() && !made.isTransient) return made.instance as ExceptionFilter;
  throw new ActorDefinitionError(
    `Filter "${filter.name}" on actor "${label}" is made anew for each request, and filters of actors run outside of requests. Give it the default scope.`,
  );
}

function observerFrom(filter: ExceptionFilter): Observer {
  const types = Reflect.getMetadata(FILTER_CATCH_EXCEPTIONS, filter.constructor) as Function[] | undefined;
  return { types: types ?? [], show: filter.catch.bind(filter) };
}

async function whatItThrows({ show }: Observer, error: unknown, host: ArgumentsHost): Promise<unknown> {
  try {
    const answer: unknown = await show(error, host);
    if (isObservable(answer)) await lastValueFrom(answer, { defaultValue: undefined });
    return undefined;
  } catch (thrown) {
    return thrown === error ? undefined : thrown;
  }
}

function isSteering(error: unknown): boolean {
  return isFinal(error) || isA(error, RetryLater);
}

function withCause(thrown: unknown, cause: unknown): unknown {
  try {
    if (isA(thrown, Error)) thrown.cause ??= cause;
  } catch {
    // It is frozen, and stays as it is.
  }
  return thrown;
}
