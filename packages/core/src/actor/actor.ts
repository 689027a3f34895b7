import type { Converter } from '../converter/index.js';
import type { RetryPolicy } from '../retry/index.js';
import type { RoutingStrategy } from '../router/routing-strategy.js';
import type { Confirmation, ErrorAction } from './confirmation.js';
import type { MessageDependency } from './message-dependency.js';
import type { ActorParameter } from './parameters.js';

/** A function that processes messages, and its options. */
export interface Actor {
  /** `Class.method`, for errors and logs. */
  readonly label: string;
  readonly options: ResolvedActorOptions;
  readonly parameters: readonly ActorParameter[];
  /**
   * Runs the function. `args` are converted and in parameter order. The return value is the result; a thrown error is
   * the failure.
   */
  run(args: unknown[], context: ActorContext): unknown;
}

/** One run of an actor, as middlewares see it. */
export interface ActorContext {
  readonly actor: Actor;
  readonly message: MessageDependency;
}

/**
 * Wraps the run of an actor. A middleware that does not call `next()` skips the actor. Its return value is the result;
 * a thrown error is the failure.
 */
export type ActorMiddleware = (context: ActorContext, next: () => Promise<unknown>) => Promise<unknown>;

/** Actor options with every default filled in; durations in milliseconds. */
export interface ResolvedActorOptions {
  readonly name: string;
  readonly channel: string;
  readonly timeout: number;
  readonly retryPolicy: RetryPolicy;
  readonly confirmation: Confirmation;
  readonly onError?: ErrorAction | ((error: unknown) => ErrorAction);
  readonly routing: RoutingStrategy;
  readonly concurrency: number;
  readonly middlewares: readonly ActorMiddleware[];
  readonly converter?: Converter;
  readonly title?: string;
  readonly summary?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly deprecated?: boolean;
}
