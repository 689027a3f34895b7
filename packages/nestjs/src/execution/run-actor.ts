import type { Actor, ActorContext } from '@repid/core';
import { isObservable, lastValueFrom } from 'rxjs';
import { RepidRun } from '../context/index.js';
import type { PlacedParameter } from '../parameter/read-parameters.js';
import { pipedRun } from '../parameter/pipes-end.js';
import type { NestCall } from './external-contexts.js';
import { asRefusal } from './refusal.js';

type RunFunction = Actor['run'];

/** How an actor's method is called for one delivery: always the same way, or made for that delivery's scope. */
export type CallFor = (run: RepidRun) => NestCall | Promise<NestCall>;

/** Runs a method that has nothing around it, without Nest. */
export function runBare(instance: object, method: string, parameters: readonly PlacedParameter[]): RunFunction {
  const callback = (instance as Record<string, (...args: unknown[]) => unknown>)[method] as (
    ...args: unknown[]
  ) => unknown;
  const place = placer(parameters);
  return (args) => {
    const returned = callback.apply(instance, place(args));
    return isObservable(returned) ? lastValueFrom(returned) : returned;
  };
}

/** Runs a method through Nest. */
export function runThroughNest(
  callFor: CallFor,
  parameters: readonly PlacedParameter[],
  hasPipes: boolean,
): RunFunction {
  const place = placer(parameters);
  const piped = hasPipes ? parameters.length : 0;
  return async (args: unknown[], { actor, message }: ActorContext) => {
    const run = new RepidRun(actor, message, place(args));
    try {
      const pending = callFor(run);
      const call = pending instanceof Promise ? await pending : pending;
      return await (hasPipes ? pipedRun.run(run, call, run) : call(run));
    } catch (error) {
      throw asRefusal(error, run, piped);
    }
  };
}

/** Puts the arguments of our parameters in their places, among those of other decorators. */
function placer(parameters: readonly PlacedParameter[]): (args: unknown[]) => unknown[] {
  if (parameters.every(({ index }, position) => index === position)) return (args) => args;
  return (args) => {
    const placed: unknown[] = [];
    parameters.forEach(({ index }, position) => (placed[index] = args[position]));
    return placed;
  };
}
