import type { ActorContext, MessageDependency } from '@repid/core';
import type { ArgumentsHost } from '@nestjs/common';

/** The context type of actors, as returned by `context.getType()`. */
export const REPID_CONTEXT = 'repid';

/**
 * One run of an actor: the first argument in the context of guards, interceptors and param decorators. They may attach
 * properties to it for each other, as on a request.
 */
export class RepidRun {
  /** True once all guards have passed. */
  hasPassedGuards = false;
  /** Number of arguments whose pipes have finished. */
  pipedCount = 0;

  constructor(
    readonly actor: ActorContext['actor'],
    readonly message: MessageDependency,
    /** The arguments by parameter index, converted and validated. */
    readonly args: readonly unknown[],
  ) {}
}

/** Returns true if the context is that of an actor. `runOf` then returns its run. */
export function isRepidContext(context: ArgumentsHost): boolean {
  return context.getType<string>() === REPID_CONTEXT;
}

/** Returns the run of a context for which `isRepidContext` is true. */
export function runOf(context: ArgumentsHost): RepidRun {
  return context.getArgByIndex<RepidRun>(0);
}
