import { HEADER, type Message } from '../message/index.js';

/**
 * Returns whether an actor takes a message of its channel.
 *
 * @param message the received message
 * @param actorName the actor's `name`
 */
export type RoutingStrategy = (message: Message, actorName: string) => boolean;

/** Takes the messages whose `topic` header is the actor's name. */
export const topicRouting: RoutingStrategy = (message, actorName) => message.headers[HEADER.topic] === actorName;

/** Takes every message of the channel that no other actor takes. */
export const catchAllRouting: RoutingStrategy = () => true;
