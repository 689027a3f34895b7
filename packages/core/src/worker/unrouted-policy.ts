import { DEFAULTS } from '../defaults.js';
import { UnroutedMessageError } from '../errors/index.js';
import type { EventListener } from '../events/index.js';
import { HEADER, type Message, type MessageParameters } from '../message/index.js';
import type { Router } from '../router/index.js';

/** How many topics are remembered as reported. */
const MAX_REPORTED = 1_000;

/** Decides how long a message without an actor waits for a worker that has one. */
export class UnroutedPolicy {
  private readonly reported = new Set<string>();

  constructor(
    private readonly router: Router,
    /** How long a message may have no actor, in milliseconds. */
    private readonly timeout: number,
    private readonly onEvent: EventListener,
  ) {}

  /** Returns the delay until the next delivery in milliseconds, or the error if the message had no actor for too long. */
  decide(message: Message, parameters: MessageParameters, now: number): UnroutedMessageError | number {
    const { channel, headers } = message;
    const error = new UnroutedMessageError(headers[HEADER.topic], channel, this.router.topics(channel));
    const left = (parameters.unroutedSince ?? now) + this.timeout - now;
    if (left <= 0) return error;
    this.reportOnce(message, error);
    return Math.min(unroutedDelay(parameters.unrouted, Math.random()), left);
  }

  private reportOnce({ channel, headers }: Message, error: UnroutedMessageError): void {
    const topic = headers[HEADER.topic];
    const key = `${channel}/${topic ?? ''}`;
    if (this.reported.has(key)) return;
    if (this.reported.size >= MAX_REPORTED) this.reported.clear();
    this.reported.add(key);
    this.onEvent({ type: 'unrouted', topic, channel, error, timeout: this.timeout });
  }
}

/**
 * Returns the delay after this many unrouted deliveries. It doubles each time, up to a few seconds: which worker receives a
 * message is random, so the only worker with its actor may need many deliveries to get it. It is spread, so that messages
 * that were returned together do not come again together. Otherwise a worker without the actor could receive all of them
 * before a worker whose actor has a concurrency limit has a free slot.
 *
 * @param random from 0 to 1
 */
export function unroutedDelay(deliveries: number, random: number): number {
  const longest = Math.min(DEFAULTS.unroutedDelay * 2 ** Math.min(deliveries, 30), DEFAULTS.longestUnroutedDelay);
  return Math.round((longest * (1 + random)) / 2);
}
