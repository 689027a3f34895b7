import { InvalidOptionError } from '../errors/index.js';
import { kindOf } from '../errors/show.js';
import { resolveActorOptions, type ActorOptions } from './actor-options.js';
import type { Actor } from './actor.js';
import type { MessageDependency } from './message-dependency.js';

/**
 * Defines an actor from a function of the payload and the message, without decorators.
 *
 * @throws InvalidOptionError
 */
export function defineActor<Payload = unknown, Result = unknown>(
  options: ActorOptions & { name: string },
  run: (payload: Payload, message: MessageDependency) => Result | Promise<Result>,
): Actor {
  const resolved = resolveActorOptions(labelOf(options), '', options);
  if (resolved.name === '') throw new InvalidOptionError('An actor has no "name". Give the topic that it takes.');
  if (typeof run !== 'function')
    throw new InvalidOptionError(`Actor "${resolved.name}" was given ${kindOf(run)} to run: expected a function.`);
  return {
    label: resolved.name,
    options: resolved,
    parameters: [{ from: 'payload' }, { from: 'message' }],
    run: ([payload, message]) => run(payload as Payload, message as MessageDependency),
  };
}

function labelOf(options: { readonly name?: unknown } | undefined | null): string {
  return typeof options?.name === 'string' ? options.name : 'without a name';
}
