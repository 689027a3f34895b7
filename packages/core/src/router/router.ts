import type { Actor } from '../actor/actor.js';
import { DuplicateActorError, InvalidOptionError } from '../errors/index.js';
import { ignoreRejection } from '../errors/ignore-rejection.js';
import { HEADER, type Message } from '../message/index.js';
import { catchAllRouting, topicRouting } from './routing-strategy.js';

/** The actors of one channel, by how they are routed. */
interface ChannelRoutes {
  readonly byTopic: Map<string, Actor>;
  readonly byStrategy: Actor[];
  readonly catchAll: Actor[];
}

/** Finds the actor for a message: by topic, then by the actors' own strategies, then the channel's catch-all actor. */
export class Router {
  private readonly routes = new Map<string, ChannelRoutes>();

  /** @throws DuplicateActorError for two actors with the same topic, or two catch-all actors, on one channel */
  constructor(readonly actors: readonly Actor[]) {
    for (const actor of actors) this.add(actor);
  }

  /** The channels that have actors. */
  get channels(): string[] {
    return [...this.routes.keys()];
  }

  /** The actor for the message, if any. @throws what a routing strategy throws */
  route(message: Message): Actor | undefined {
    const routes = this.routes.get(message.channel);
    if (routes === undefined) return undefined;
    const { byTopic, byStrategy, catchAll } = routes;
    const topic = message.headers[HEADER.topic];
    return (
      (topic === undefined ? undefined : byTopic.get(topic)) ??
      byStrategy.find((actor) => takes(actor, message)) ??
      catchAll[0]
    );
  }

  /** The topics known on a channel, for errors. */
  topics(channel: string): string[] {
    return [...(this.routes.get(channel)?.byTopic.keys() ?? [])];
  }

  private add(actor: Actor): void {
    const { channel, name, routing } = actor.options;
    const routes = this.routesOf(channel);
    if (routing === topicRouting) return addByTopic(routes.byTopic, actor);
    const peers = routing === catchAllRouting ? routes.catchAll : routes.byStrategy;
    if (routing === catchAllRouting && peers[0]) {
      throw new DuplicateActorError('(all others)', channel, peers[0].label, actor.label);
    }
    const twin = peers.find((peer) => peer.options.name === name);
    if (twin) throw new DuplicateActorError(name, channel, twin.label, actor.label);
    peers.push(actor);
  }

  private routesOf(channel: string): ChannelRoutes {
    let routes = this.routes.get(channel);
    if (routes === undefined) {
      routes = { byTopic: new Map(), byStrategy: [], catchAll: [] };
      this.routes.set(channel, routes);
    }
    return routes;
  }
}

/** @throws InvalidOptionError for a strategy that returns a promise, which would always count as true */
function takes({ options, label }: Actor, message: Message): boolean {
  const taken: unknown = options.routing(message, options.name);
  if (!ignoreRejection(taken)) return Boolean(taken);
  throw new InvalidOptionError(`The "routing" of actor "${label}" returned a promise. Have it return true or false.`);
}

function addByTopic(byTopic: Map<string, Actor>, actor: Actor): void {
  const { name, channel } = actor.options;
  const twin = byTopic.get(name);
  if (twin) throw new DuplicateActorError(name, channel, twin.label, actor.label);
  byTopic.set(name, actor);
}
