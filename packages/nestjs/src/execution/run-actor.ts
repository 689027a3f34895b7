import type { Actor, ActorContext } from '@repid/core';
import { isObservable, lastValueFrom } from 'rxjs';
import { RepidRun } from '../context/index.js';
import { runInPipes } from '../parameter/pipe-counter.js';
import type { IndexedParameter } from '../parameter/read-parameters.js';
import type { NestCall } from './external-contexts.js';
import { asRefusal } from './refusal.js';

type RunFunction = Actor['run'];

/** Returns the call for one delivery: always the same call, or one created for the delivery's request scope. */
export type CallFor = (run: RepidRun) => NestCall | Promise<NestCall>;

/** Runs a method without enhancers directly, without Nest. */
export function runDirectly(instance: object, method: string, parameters: readonly IndexedParameter[]): RunFunction {
  const callback = (instance as Record<string, (...args: unknown[]) => unknown>)[method] as (
    ...args: unknown[]
  ) => unknown;
  const toPositions = argumentMapper(parameters);
  return (args) => {
    const returned = callback.apply(instance, toPositions(args));
    return isObservable(returned) ? lastValueFrom(returned) : returned;
  };
}

/** Runs a method through Nest. */
export function runThroughNest(
  callFor: CallFor,
  parameters: readonly IndexedParameter[],
  hasPipes: boolean,
): RunFunction {
  const toPositions = argumentMapper(parameters);
  const pipedParameters = hasPipes ? parameters.length : 0;
  return async (args: unknown[], { actor, message }: ActorContext) => {
    const run = new RepidRun(actor, message, toPositions(args));
    try {
      const pending = callFor(run);
      const call = pending instanceof Promise ? await pending : pending;
      return await (hasPipes ? runInPipes.run(run, call, run) : call(run));
    } catch (error) {
      throw asRefusal(error, run, pipedParameters);
    }
  };
}

/** Returns a function that maps arguments to their parameter positions; custom param decorators fill the gaps. */
function argumentMapper(parameters: readonly IndexedParameter[]): (args: unknown[]) => unknown[] {
  if (parameters.every(({ index }, position) => index === position)) return (args) => args;
  return (args) => {
    const mapped: unknown[] = [];
    parameters.forEach(({ index }, position) => (mapped[index] = args[position]));
    return mapped;
  };
}
