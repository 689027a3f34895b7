import type { Job, JobOptions, MessageDependency } from '@repid/core';

/** A client with one function per actor of a class. Each function enqueues a job and returns it. */
export type ActorClient<T> = {
  readonly [Name in MethodNames<T>]: T[Name] extends (...args: infer Parameters) => infer Returned
    ? ActorCall<PayloadParameters<Parameters>, Awaited<Returned>>
    : never;
};

/** Enqueues a job for one actor. `Parameters` are the actor's parameters without the message. */
export type ActorCall<Parameters extends readonly unknown[], Result> = Parameters extends readonly []
  ? (payload?: PayloadOf<Parameters>, options?: ActorCallOptions) => Promise<Job<PayloadOf<Parameters>, Result>>
  : (payload: PayloadOf<Parameters>, options?: ActorCallOptions) => Promise<Job<PayloadOf<Parameters>, Result>>;

/** Job options for a call of an actor. The client sets `args` and `channel`. */
export type ActorCallOptions = Omit<JobOptions, 'args' | 'channel'>;

/**
 * The payload type of an actor: the type of its only parameter, or an object with its fields. A primitive may also be
 * passed in an object, under the name of its field. Types cannot distinguish a header parameter from a payload
 * parameter, so with several parameters any of them may be the whole payload, or each a field of it.
 */
export type PayloadOf<Parameters extends readonly unknown[]> = Parameters extends readonly [infer Only]
  ? IsPlain<Only> extends true
    ? Only | Record<string, unknown>
    : Only
  : NonNullable<Parameters[number]> | object;

/** The actor's parameters without the message. */
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
