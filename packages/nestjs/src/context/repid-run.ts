import type { ActorContext, MessageDependency } from '@repid/core';
import type { ArgumentsHost } from '@nestjs/common';

/** The context type of actors, as `context.getType()` answers it. */
export const REPID_CONTEXT = 'repid';

/**
 * One run of an actor: the first argument that guards, interceptors and param decorators find in their context.
 * They may hang things on it for each other, as on a request.
 */
export class RepidRun {
  /** True once the guards have let it through. */
  isAdmitted = false;
  /** How many arguments have left their pipes. */
  piped = 0;

  constructor(
    readonly actor: ActorContext['actor'],
    readonly message: MessageDependency,
    /** The arguments by parameter index, converted and validated. */
    readonly args: readonly unknown[],
  ) {}
}

/** True where the context is that of an actor, and `runOf` tells more. */
export function isRepidContext(context: ArgumentsHost): boolean {
  return context.getType<string>() === REPID_CONTEXT;
}

/** The run behind a context for which `isRepidContext` is true. */
export function runOf(context: ArgumentsHost): RepidRun {
  return context.getArgByIndex<RepidRun>(0);
}
