import { errorTextWithCauses as reasonOf, stackOf } from '../errors/describe-error.js';
import { escapeControls } from '../errors/index.js';
import { shorten } from '../errors/show.js';
import type { EventListener, RepidEvent } from './events.js';

/** The maximum length of an event's text, in characters. */
const LONGEST = 4_000;

/** The severity of an event. */
export type EventLevel = 'log' | 'warn' | 'error';

/** An event as text. */
export interface EventDescription {
  readonly level: EventLevel;
  /** One line: control characters are escaped, and a long text is cut. */
  readonly text: string;
  /** The error behind the event, if any. */
  readonly error?: unknown;
  /** The error's stack, safe for a log: no line of it comes from a message. */
  readonly stack?: string;
}

/** Describes an event as text, the same for every logger. Never throws. */
export function describeEvent(event: RepidEvent): EventDescription {
  const { level, text, error } = inWords(event);
  return { level, text: escapeControls(shorten(text, LONGEST)), error, stack: stackOf(error) };
}

function inWords(event: RepidEvent): Omit<EventDescription, 'stack'> {
  switch (event.type) {
    case 'worker-started':
      return { level: 'log', text: `Worker started on channels: ${event.channels.join(', ')}.` };
    case 'worker-stopping':
      return { level: 'log', text: `Worker stopping (${event.reason}); ${event.inFlight} messages in flight.` };
    case 'worker-stopped':
      return { level: 'log', text: `Worker stopped; ${event.processed} messages settled.` };
    case 'broker-problem':
      return { level: 'warn', text: `Broker: ${reasonOf(event.problem)}`, error: event.problem };
    case 'retrying':
      return {
        level: 'warn',
        text:
          event.error === undefined
            ? `"${event.actor}" retries "${event.id}" in ${event.delay} ms.`
            : `"${event.actor}" failed on "${event.id}", retry in ${event.delay} ms: ${reasonOf(event.error)}`,
        error: event.error,
      };
    case 'dead-lettered':
      return {
        level: 'error',
        text: `"${event.id}" for "${event.actor}" went to the dead letters of channel "${event.channel}": ${reasonOf(event.error)}`,
        error: event.error,
      };
    case 'given-back':
      return {
        level: 'warn',
        text: `"${event.id}" for "${event.actor}" was returned to channel "${event.channel}"${event.error === undefined ? '.' : `: ${reasonOf(event.error)}`}`,
        error: event.error,
      };
    case 'unrouted':
      return {
        level: 'warn',
        text: `${reasonOf(event.error)} Such messages are returned to the channel for other workers, and dead-lettered if none takes them within ${event.timeout} ms.`,
        error: event.error,
      };
    case 'cancelled':
      return { level: 'log', text: `"${event.id}" for "${event.actor}" was cancelled; its run was aborted.` };
    case 'refused':
      return {
        level: 'warn',
        text: `"${event.actor}" on "${event.id}": ${reasonOf(event.error)}`,
        error: event.error,
      };
    case 'suspect-awaited':
      return {
        level: 'warn',
        text: `A message that lost its worker repeatedly must run alone: no more messages are received until the ${event.inFlight} messages in flight have ended.`,
      };
    case 'failure-acknowledged':
      return {
        level: 'warn',
        text: `"${event.actor}" failed on "${event.id}", which was acknowledged anyway: ${reasonOf(event.error)}`,
        error: event.error,
      };
    case 'left-unsettled':
      return {
        level: 'warn',
        text: `"${event.actor}" ended without settling "${event.id}"; it is delivered again when its ownership expires. Call ack(), nack() or reject().`,
      };
    case 'signal-ignored':
      return {
        level: 'warn',
        text: `"${event.actor}" still runs "${event.id}" ${event.since} ms after its signal: ${reasonOf(event.reason)} Its slot is free, and its result will be dropped. Pass msg.signal on to what it awaits.`,
      };
    case 'ownership-lost':
      return {
        level: 'warn',
        text: `"${event.id}" on channel "${event.channel}" was taken over by another worker, or cancelled; nothing of this run was committed.`,
      };
    case 'settlement-failed':
      return {
        level: 'error',
        text: `"${event.id}" on channel "${event.channel}" could not be settled; it will be delivered again: ${reasonOf(event.error)}`,
        error: event.error,
      };
    case 'callback-failed':
      return {
        level: 'error',
        text: `"${event.actor}": work after the settlement of "${event.id}" failed: ${reasonOf(event.error)}`,
        error: event.error,
      };
    case 'reply-unexpected':
      return {
        level: 'warn',
        text: `A reply on channel "${event.channel}" belongs to no open request; it was dropped.`,
      };
  }
}

/** Writes warnings and errors to the console. The default listener. */
export const logToConsole: EventListener = (event) => {
  const { level, text } = describeEvent(event);
  if (level !== 'log') console[level](`[repid] ${text}`);
};
