import { CUSTOM_ROUTE_ARGS_METADATA, ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import type { ExecutionContext } from '@nestjs/common';
import type { ActorParameter } from '@repid/core';
import { isRepidContext, runOf } from '../context/index.js';
import type { Pipe } from './pipe.js';
import { pipesEnd } from './pipes-end.js';

/**
 * What is known of a decorated parameter. It lies where Nest keeps the parameters of route handlers and in the same shape,
 * so that Nest makes the pipes, applies them, and takes custom param decorators beside ours.
 */
export interface ParameterEntry {
  readonly index: number;
  readonly factory?: (data: unknown, context: ExecutionContext) => unknown;
  /** What pipes see as `metadata.data`. */
  readonly data?: unknown;
  readonly pipes: readonly Pipe[];
  /** Ours only: where the argument comes from. */
  readonly source?: ActorParameter;
}

type Entries = Readonly<Record<string, ParameterEntry>>;

/** Declares where an argument comes from. An override's own declaration replaces the one it inherits. */
export function declareParameter(
  prototype: object,
  method: string | symbol,
  parameter: { index: number; source?: ActorParameter; data?: string; pipes?: readonly Pipe[] },
): void {
  const { index, source, data, pipes = [] } = parameter;
  const entry: ParameterEntry = {
    index,
    source,
    data,
    factory: (_data, context) => takeArgument(context, index),
    pipes: [...pipes, pipesEnd],
  };
  const own = Reflect.getOwnMetadata(ROUTE_ARGS_METADATA, prototype.constructor, method) as Entries | undefined;
  const key = `repid${CUSTOM_ROUTE_ARGS_METADATA}:${index}`;
  Reflect.defineMetadata(ROUTE_ARGS_METADATA, { ...own, [key]: entry }, prototype.constructor, method);
}

/** The declared parameters of a method by key; the key of a custom param decorator, ours too, says so. */
export function parameterEntries(prototype: object, method: string | symbol): Entries {
  return (Reflect.getMetadata(ROUTE_ARGS_METADATA, prototype.constructor, method) as Entries | undefined) ?? {};
}

/** False for `@Body()` and others that only the transport they belong to can fill. */
export function isCustomKey(key: string): boolean {
  return key.includes(CUSTOM_ROUTE_ARGS_METADATA);
}

/** Nest asks for arguments when the guards have let the run through. A route handler that is an actor too gets nothing here. */
function takeArgument(context: ExecutionContext, index: number): unknown {
  if (!isRepidContext(context)) return undefined;
  const run = runOf(context);
  run.isAdmitted = true;
  return run.args[index];
}
