import type { MessageDependency } from './message-dependency.js';
import type { ResolvedActorOptions } from './actor-options.js';
import type { ActorParameter } from './parameters.js';

/** A function that runs messages, and how. */
export interface Actor {
  /** `Class.method`, for errors and logs. */
  readonly label: string;
  readonly options: ResolvedActorOptions;
  readonly parameters: readonly ActorParameter[];
  /** Runs it with converted arguments, in the order of the parameters. What it returns is the result, what it throws the failure. */
  run(args: unknown[], context: ActorContext): unknown;
}

/** One run of an actor, as middlewares see it. */
export interface ActorContext {
  readonly actor: Actor;
  readonly message: MessageDependency;
}
