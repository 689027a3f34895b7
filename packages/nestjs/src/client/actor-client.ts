import type { Job, JobOptions, MessageDependency } from '@repid/core';

/** The actors of a class as functions that enqueue a job and answer it. */
export type ActorClient<T> = {
  readonly [Name in MethodNames<T>]: T[Name] extends (...args: infer Parameters) => infer Returned
    ? ActorCall<PayloadParameters<Parameters>, Awaited<Returned>>
    : never;
};

/** Enqueues a job for an actor whose parameters, apart from the message, are these. */
export type ActorCall<Parameters extends readonly unknown[], Result> = Parameters extends readonly []
  ? (payload?: PayloadOf<Parameters>, options?: ActorCallOptions) => Promise<Job<PayloadOf<Parameters>, Result>>
  : (payload: PayloadOf<Parameters>, options?: ActorCallOptions) => Promise<Job<PayloadOf<Parameters>, Result>>;

/** How the job is enqueued; its arguments and its place are known. */
export type ActorCallOptions = Omit<JobOptions, 'args' | 'channel'>;

/**
 * What an actor is to be given: the type of its sole parameter, or an object of its fields. A value that is no object
 * may also be given within one, under the name of its field. Types do not tell a header from a part of the payload: of
 * several parameters any may be the whole payload, or each a field of it.
 */
export type PayloadOf<Parameters extends readonly unknown[]> = Parameters extends readonly [infer Only]
  ? IsPlain<Only> extends true
    ? Only | Record<string, unknown>
    : Only
  : NonNullable<Parameters[number]> | object;

/** The parameters that the payload fills: all but the message. */
export type PayloadParameters<Parameters extends readonly unknown[]> = number extends Parameters['length']
  ? Parameters
  : Required<Parameters> extends readonly [infer First, ...infer Rest]
    ? IsMessage<First> extends true
      ? PayloadParameters<Rest>
      : [First, ...PayloadParameters<Rest>]
    : [];

type MethodNames<T> = { [Name in keyof T]: T[Name] extends (...args: never[]) => unknown ? Name : never }[keyof T];

type IsMessage<T> = IsAny<T> extends true ? false : [T] extends [MessageDependency] ? true : false;

type IsPlain<T> = [T] extends [string | number | boolean | bigint | null | undefined | Date | readonly unknown[]]
  ? true
  : false;

type IsAny<T> = 0 extends 1 & T ? true : false;
