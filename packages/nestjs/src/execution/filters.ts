import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import { FILTER_CATCH_EXCEPTIONS } from '@nestjs/common/constants.js';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { ActorDefinitionError, isA, isFinal, RetryLater, type ActorMiddleware } from '@repid/core';
import { isObservable, lastValueFrom } from 'rxjs';
import { REPID_CONTEXT, RepidRun } from '../context/index.js';
import type { FoundActor } from '../discovery/index.js';
import { Refusal } from './refusal.js';

type AnyClass = abstract new (...args: never[]) => unknown;

/** An exception filter and the error types that it catches. */
interface TypedFilter {
  /** Empty for all types. */
  readonly types: readonly Function[];
  readonly handle: ExceptionFilter['catch'];
}

/**
 * Passes an actor's errors to its exception filters. As in Nest, the first filter that catches the error is called.
 *
 * A filter does not decide the message's outcome; the error does. If the filter returns, whatever the value, the error
 * is kept. If it throws another error, that replaces the original, which becomes its cause. An error that decides the
 * outcome, such as `Unrecoverable`, is always kept.
 *
 * @throws ActorDefinitionError for a filter that is not a singleton
 */
export function filterMiddleware(found: FoundActor, filters: readonly unknown[]): ActorMiddleware {
  const typedFilters = filters.map((filter) => typedFilterFrom(instanceOf(filter, found)));
  const { prototype } = found.candidate;
  const callback = (prototype as Record<string, Function>)[found.method];
  return async ({ actor, message }, next) => {
    try {
      return await next();
    } catch (error) {
      const original = isA(error, Refusal) ? error.cause : error;
      const filter = typedFilters.find(
        ({ types }) => types.length === 0 || types.some((type) => isA(original, type as AnyClass)),
      );
      if (!filter) throw error;
      const run = new RepidRun(actor, message, []);
      const host = new ExecutionContextHost([run], prototype.constructor as never, callback);
      host.setType(REPID_CONTEXT);
      const thrown = await errorThrownBy(filter, original, host);
      throw thrown === undefined || decidesOutcome(error) ? error : withCause(thrown, error);
    }
  };
}

function instanceOf(filter: unknown, { candidate: { wrapper }, label }: FoundActor): ExceptionFilter {
  if (typeof filter !== 'function') return filter as ExceptionFilter;
  const injectable = wrapper.host?.injectables.get(filter);
  if (injectable?.isDependencyTreeStatic() && !injectable.isTransient) return injectable.instance as ExceptionFilter;
  throw new ActorDefinitionError(
    `Filter "${filter.name}" on actor "${label}" is request-scoped or transient, but filters of actors run outside of requests. Give it the default scope.`,
  );
}

function typedFilterFrom(filter: ExceptionFilter): TypedFilter {
  const types = Reflect.getMetadata(FILTER_CATCH_EXCEPTIONS, filter.constructor) as Function[] | undefined;
  return { types: types ?? [], handle: filter.catch.bind(filter) };
}

/** Returns what the filter throws, or undefined if it returns or throws the same error again. */
async function errorThrownBy({ handle }: TypedFilter, error: unknown, host: ArgumentsHost): Promise<unknown> {
  try {
    const returned: unknown = await handle(error, host);
    if (isObservable(returned)) await lastValueFrom(returned, { defaultValue: undefined });
    return undefined;
  } catch (thrown) {
    return thrown === error ? undefined : thrown;
  }
}

function decidesOutcome(error: unknown): boolean {
  return isFinal(error) || isA(error, RetryLater);
}

function withCause(thrown: unknown, cause: unknown): unknown {
  try {
    if (isA(thrown, Error)) thrown.cause ??= cause;
  } catch {
    // A frozen error cannot get a cause.
  }
  return thrown;
}
