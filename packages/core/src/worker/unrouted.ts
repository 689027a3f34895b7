import { DEFAULTS } from '../defaults.js';
import { UnroutedMessageError } from '../errors/index.js';
import type { EventListener } from '../events/index.js';
import { HEADER, type Message, type MessageParameters } from '../message/index.js';
import type { Router } from '../router/index.js';

/** How many topics are remembered as told. */
const MOST_TOLD = 1_000;

/** What becomes of messages that no actor takes: another worker may have one. */
export class Unrouted {
  private readonly told = new Set<string>();

  constructor(
    private readonly router: Router,
    /** How long a message may stay without an actor, in milliseconds. */
    private readonly timeout: number,
    private readonly onEvent: EventListener,
  ) {}

  /** The error to give it up with where it has had no actor for too long; otherwise after how many milliseconds another worker may look at it. */
  judge(message: Message, parameters: MessageParameters, now: number): UnroutedMessageError | number {
    const { channel, headers } = message;
    const error = new UnroutedMessageError(headers[HEADER.topic], channel, this.router.topics(channel));
    const left = (parameters.unroutedSince ?? now) + this.timeout - now;
    if (left <= 0) return error;
    this.tellOnce(message, error);
    return Math.min(restAfter(parameters.unrouted, Math.random()), left);
  }

  private tellOnce({ channel, headers }: Message, error: UnroutedMessageError): void {
    const topic = headers[HEADER.topic];
    const key = `${channel}/${topic ?? ''}`;
    if (this.told.has(key)) return;
    if (this.told.size >= MOST_TOLD) this.told.clear();
    this.told.add(key);
    this.onEvent({ type: 'unrouted', topic, channel, error, timeout: this.timeout });
  }
}

/**
 * Twice as long after each look, and no longer than a few seconds: who gets a message is left to chance, so that one
 * worker among many that has its actor needs many looks to be likely to come to it. Those that were given back together
 * do not come again together: a worker without the actor would take them all before one whose actor has a limit has room.
 *
 * @param random from 0 to 1
 */
export function restAfter(looks: number, random: number): number {
  const longest = Math.min(DEFAULTS.unroutedDelay * 2 ** Math.min(looks, 30), DEFAULTS.longestUnroutedDelay);
  return Math.round((longest * (1 + random)) / 2);
}
