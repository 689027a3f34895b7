import type { INestApplicationContext, Type } from '@nestjs/common';
import * as v from 'valibot';
import {
  ActorDefinitionError,
  type Actor,
  type ActorMiddleware,
  type ProducerMiddleware,
  Repid,
  Router,
  TimeoutError,
  Worker,
  topicRouting,
} from '@repid/core';
import { option, parseOptions } from '@repid/core/internal';
import type { ActorCall, ActorClient, EmptyActorCall } from '../client/index.js';
import type { RepidConnection } from '../connection/repid-connection.js';
import { choiceEntries, connectionOf, type ConnectionChoice } from './connection-of.js';

/** The options of `runActor()`. */
export interface RunActorOptions extends ConnectionChoice {
  /** Headers of the message. @default none */
  headers?: Record<string, string>;
}

const schema = v.strictObject({ ...choiceEntries, headers: v.optional(option.headers) });

type ActorName<T> = keyof ActorClient<T> & string;

/** The payload of an actor; unknown if its parts are spread over several parameters. */
type PayloadOf<Call> =
  Call extends ActorCall<infer Payload, unknown> ? Payload : Call extends EmptyActorCall<unknown> ? undefined : unknown;

type Returned<T, Name extends keyof T> = T[Name] extends (...args: never[]) => infer Result ? Awaited<Result> : never;

/** How an actor ended. */
type Ended = { readonly value: unknown } | { readonly error: unknown };

/**
 * Runs an actor once, as a worker would: the payload is serialized and validated; guards, interceptors, pipes, filters
 * and middlewares apply. The message comes from a broker of its own. What the actor enqueues or sends is dropped. The
 * application need not run a worker.
 *
 * @returns what the actor returned
 * @throws what the actor threw, PayloadValidationError, the error of a guard; ActorDefinitionError if there is no such actor
 */
export async function runActor<T, Name extends ActorName<T>>(
  app: INestApplicationContext,
  actorClass: Type<T>,
  method: Name,
  payload?: PayloadOf<ActorClient<T>[Name]>,
  options: RunActorOptions = {},
): Promise<Returned<T, Name>> {
  const { headers, ...choice } = parseOptions(schema, options, 'runActor()');
  const connection = connectionOf(app, choice);
  const actor = requireActor(connection, `${actorClass.name}.${method}`);
  const ended = await runAlone(actor, connection, payload, headers);
  if ('error' in ended) throw ended.error;
  return ended.value as Returned<T, Name>;
}

async function runAlone(
  { options, ...actor }: Actor,
  { engine }: RepidConnection,
  args: unknown,
  headers: Record<string, string> | undefined,
): Promise<Ended> {
  let ended: Ended | undefined;
  const observe: ActorMiddleware = async (_context, next) => {
    try {
      const value = await next();
      ended = { value };
      return value;
    } catch (error) {
      ended = { error };
      throw error;
    }
  };
  const { serializer, converter, maxPayloadBytes } = engine;
  const repid = new Repid({
    serializer,
    converter,
    maxPayloadBytes,
    producerMiddlewares: [onlyFirst()],
    onEvent: () => undefined,
  });
  const observed = {
    ...actor,
    options: { ...options, routing: topicRouting, middlewares: [observe, ...options.middlewares] },
  };
  const { name, channel, timeout } = options;
  try {
    await repid.job(name, { channel, args, headers }).enqueue();
    await new Worker(repid.producer, new Router([observed]), {
      messagesLimit: 1,
      burst: true,
      handleSignals: [],
    }).run();
  } finally {
    await repid.disconnect();
  }
  return ended ?? { error: new TimeoutError(`Actor "${actor.label}" did not end within ${timeout} ms.`) };
}

/** Publishes the job, and nothing that its actor sends: that may have buckets in the application's brokers. */
function onlyFirst(): ProducerMiddleware {
  let isFirst = true;
  return async (_messages, next) => {
    if (isFirst) await next();
    isFirst = false;
  };
}

function requireActor({ router }: RepidConnection, label: string): Actor {
  const found = router.actors.find((actor) => actor.label === label);
  if (found) return found;
  const known = router.actors.map((actor) => `"${actor.label}"`).join(', ') || 'none';
  throw new ActorDefinitionError(`The application has no actor "${label}". It has: ${known}.`);
}
