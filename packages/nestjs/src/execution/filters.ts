import type { ExceptionFilter } from '@nestjs/common';
import { FILTER_CATCH_EXCEPTIONS } from '@nestjs/common/constants.js';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { ActorDefinitionError, RepidError, type ActorMiddleware } from '@repid/core';
import { isObservable, lastValueFrom } from 'rxjs';
import { REPID_CONTEXT, RepidRun } from '../context/index.js';
import type { FoundActor } from '../discovery/index.js';

/**
 * Shows an actor's failures to its exception filters; the first that catches the error is called, as Nest does it.
 *
 * Filters observe: what becomes of the message is decided by the error. A filter whose `catch` returns, or answers
 * something, leaves it as it is; one that throws another error puts that in its place, with the original as its cause.
 * An error of Repid's own, which asks for an outcome, stays.
 *
 * @throws ActorDefinitionError for a filter that is made anew for each request
 */
export function observingMiddleware(found: FoundActor, filters: readonly unknown[]): ActorMiddleware {
  const instances = filters.map((filter) => instanceOf(filter, found));
  const { prototype } = found.candidate;
  const callback = (prototype as Record<string, Function>)[found.method];
  return async ({ actor, message }, next) => {
    try {
      return await next();
    } catch (error) {
      const filter = instances.find((candidate) => catches(candidate, error));
      if (!filter) throw error;
      const host = new ExecutionContextHost([new RepidRun(actor, message, [])], prototype.constructor as never, callback);
      host.setType(REPID_CONTEXT);
      throw await replaced(error, filter, host);
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

function catches(filter: ExceptionFilter, error: unknown): boolean {
  const types = (Reflect.getMetadata(FILTER_CATCH_EXCEPTIONS, filter.constructor) as Function[] | undefined) ?? [];
  return types.length === 0 || types.some((type) => typeof type === 'function' && error instanceof type);
}

async function replaced(error: unknown, filter: ExceptionFilter, host: ExecutionContextHost): Promise<unknown> {
  try {
    const answer: unknown = await filter.catch(error, host);
    if (isObservable(answer)) await lastValueFrom(answer, { defaultValue: undefined });
    return error;
  } catch (thrown) {
    if (thrown === error || error instanceof RepidError) return error;
    if (thrown instanceof Error) thrown.cause ??= error;
    return thrown;
  }
}
