import { resolveActorOptions, type ActorOptions } from './actor-options.js';
import type { Actor } from './actor.js';
import type { MessageDependency } from './message-dependency.js';

/**
 * An actor made of a function of the payload and the message, for use without decorators.
 *
 * @throws InvalidOptionError
 */
export function defineActor<Payload = unknown, Result = unknown>(
  options: ActorOptions & { name: string },
  run: (payload: Payload, message: MessageDependency) => Result | Promise<Result>,
): Actor {
  return {
    label: options.name,
    options: resolveActorOptions(options.name, options.name, options),
    parameters: [{ from: 'payload' }, { from: 'message' }],
    run: ([payload, message]) => run(payload as Payload, message as MessageDependency),
  };
}
