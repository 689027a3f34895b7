import type { Job, JobOptions, MessageDependency, OpenJob } from '@repid/core';
import type { IsMarked } from '../parameter/mark.js';

/** A client with one function per actor of a class. Each function enqueues a job and returns it. */
export type ActorClient<T> = {
  readonly [Name in MethodNames<T>]: T[Name] extends (...args: infer Parameters) => infer Returned
    ? CallFor<PayloadParameters<Parameters>, Awaited<Returned>>
    : never;
};

/** Enqueues jobs for one actor whose payload type is known. */
export interface ActorCall<Payload, Result> {
  (payload: Payload, options?: ActorCallOptions): Promise<Job<Payload, Result>>;
  /** Makes a job without enqueueing it: for `repid.enqueue()`, `chain()`, `chord()` and followers. */
  job(payload: Payload, options?: ActorCallOptions): Job<Payload, Result>;
  /** Makes a job that takes the result of the job before it in a `chain()`, or of `argsFrom`. */
  job(): OpenJob<Payload, Result>;
  job(payload: undefined, options: ActorCallOptions & ArgsFrom<Payload>): OpenJob<Payload, Result>;
}

/** Enqueues jobs for one actor that takes no payload. */
export interface EmptyActorCall<Result> {
  (payload?: undefined, options?: ActorCallOptions): Promise<Job<undefined, Result>>;
  job(payload?: undefined, options?: ActorCallOptions): Job<undefined, Result>;
}

/**
 * Enqueues jobs for one actor whose payload type TypeScript cannot see, because several parameters may take parts of it.
 * The caller states the type: `mail.send<{ to: string; text: string }>({ to, text })`.
 */
export interface StatedActorCall<Result> {
  <Payload = never>(payload: NoInfer<Payload>, options?: ActorCallOptions): Promise<Job<Payload, Result>>;
  job<Payload = never>(payload: NoInfer<Payload>, options?: ActorCallOptions): Job<Payload, Result>;
  job<Payload>(): OpenJob<Payload, Result>;
  job<Payload>(payload: undefined, options: ActorCallOptions & ArgsFrom<Payload>): OpenJob<Payload, Result>;
}

/** Job options for a call of an actor. The client sets `args` and `channel`. */
export type ActorCallOptions = Omit<JobOptions, 'args' | 'channel' | 'argsFrom'>;

/** A job whose result is the payload, or the id of a bucket. */
interface ArgsFrom<Payload> {
  argsFrom: Job<unknown, Payload> | string;
}

/** The actor's parameters that may take the payload or a part of it: all but message, dependency results and headers. */
export type PayloadParameters<Parameters extends readonly unknown[]> = number extends Parameters['length']
  ? Parameters
  : Parameters extends readonly []
    ? []
    : Parameters extends readonly [(infer First)?, ...infer Rest]
      ? IsFromElsewhere<First> extends true
        ? PayloadParameters<Rest>
        : [First | OptionalIn<Parameters>, ...PayloadParameters<Rest>]
      : [];

type OptionalIn<Parameters extends readonly unknown[]> = undefined extends Parameters[0] ? undefined : never;

type CallFor<Parameters extends readonly unknown[], Result> = Parameters extends readonly []
  ? EmptyActorCall<Result>
  : Parameters extends readonly [infer Only]
    ? ActorCall<Only, Result>
    : StatedActorCall<Result>;

type MethodNames<T> = { [Name in keyof T]: T[Name] extends (...args: never[]) => unknown ? Name : never }[keyof T];

type IsFromElsewhere<T> =
  IsAny<T> extends true ? false : [T] extends [MessageDependency] ? true : IsMarked<NonNullable<T>>;

type IsAny<T> = 0 extends 1 & T ? true : false;
