import { CUSTOM_ROUTE_ARGS_METADATA, ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import type { ExecutionContext } from '@nestjs/common';
import type { ActorParameter } from '@repid/core';
import { isRepidContext, runOf } from '../context/index.js';
import type { Pipe } from './pipe.js';
import { pipeCounter } from './pipe-counter.js';

/**
 * The metadata of a decorated parameter. It is stored under Nest's metadata key for parameters of route handlers, in
 * Nest's format: so Nest instantiates and applies the pipes, and custom param decorators work too.
 */
export interface ParameterEntry {
  readonly index: number;
  readonly factory?: (data: unknown, context: ExecutionContext) => unknown;
  /** Passed to pipes as `metadata.data`. */
  readonly data?: unknown;
  readonly pipes: readonly Pipe[];
  /** The source of the argument; set only by Repid's decorators. */
  readonly source?: ActorParameter;
}

type Entries = Readonly<Record<string, ParameterEntry>>;

/** Declares the source of an argument. The declaration of an overriding method replaces the inherited one. */
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
    factory: (_data, context) => argumentAt(context, index),
    pipes: [...pipes, pipeCounter],
  };
  const own = Reflect.getOwnMetadata(ROUTE_ARGS_METADATA, prototype.constructor, method) as Entries | undefined;
  const key = `repid${CUSTOM_ROUTE_ARGS_METADATA}:${index}`;
  Reflect.defineMetadata(ROUTE_ARGS_METADATA, { ...own, [key]: entry }, prototype.constructor, method);
}

/** Returns the declared parameters of a method by metadata key. See `isCustomKey`. */
export function parameterEntries(prototype: object, method: string | symbol): Entries {
  return (Reflect.getMetadata(ROUTE_ARGS_METADATA, prototype.constructor, method) as Entries | undefined) ?? {};
}

/** Returns true for the key of a custom param decorator, Repid's included; false for a transport's, such as `@Body()`. */
export function isCustomKey(key: string): boolean {
  return key.includes(CUSTOM_ROUTE_ARGS_METADATA);
}

/** Nest asks for arguments once the guards have passed. Returns undefined if the method is called as a route handler. */
function argumentAt(context: ExecutionContext, index: number): unknown {
  if (!isRepidContext(context)) return undefined;
  const run = runOf(context);
  run.hasPassedGuards = true;
  return run.args[index];
}
