import type { Job } from './job.js';

declare const TAKES: unique symbol;

/** A job without arguments of its own, whose payload is the result of another job. Types check that the result fits. */
export type OpenJob<Args, Result> = Job<Args, Result> & { readonly [TAKES]?: (args: Args) => void };

/** The jobs of a chain. Does not accept a job that takes a result which is no payload for it. */
export type Fitting<Jobs extends readonly unknown[], Before = unknown> = Jobs extends readonly [
  infer First,
  ...infer Rest,
]
  ? readonly [Accepting<First, Before>, ...Fitting<Rest, ResultOf<First>>]
  : Jobs;

/** Jobs by name have the result `unknown`, which is not checked. */
type Accepting<One, Before> = unknown extends Before
  ? One
  : typeof TAKES extends keyof One
    ? Before extends TakenBy<One>
      ? One
      : OpenJob<Before, unknown>
    : One;

type ResultOf<One> = One extends Job<unknown, infer Result> ? Result : unknown;

type TakenBy<One> = One extends { readonly [TAKES]?: (args: infer Args) => void } ? Args : unknown;
