import type { EventListener, RepidEvent } from './events.js';

/** How much an event matters. */
export type EventLevel = 'log' | 'warn' | 'error';

/** An event in words. */
export interface EventDescription {
  readonly level: EventLevel;
  readonly text: string;
  /** The error behind it, where there is one. */
  readonly error?: unknown;
}

/** Puts an event in words, the same for every logger. */
export function describeEvent(event: RepidEvent): EventDescription {
  switch (event.type) {
    case 'worker-started':
      return { level: 'log', text: `Worker started on channels: ${event.channels.join(', ')}.` };
    case 'worker-stopping':
      return { level: 'log', text: `Worker stopping (${event.reason}); ${event.inFlight} messages in hand.` };
    case 'worker-stopped':
      return { level: 'log', text: `Worker stopped; ${event.processed} messages settled.` };
    case 'broker-problem':
      return { level: 'warn', text: `Broker: ${reasonOf(event.problem)}`, error: event.problem };
    case 'retrying':
      return {
        level: 'warn',
        text: `"${event.actor}" failed on "${event.id}", retry in ${event.delay} ms: ${reasonOf(event.error)}`,
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
        text: `"${event.id}" for "${event.actor}" was given back to channel "${event.channel}"${event.error === undefined ? '.' : `: ${reasonOf(event.error)}`}`,
        error: event.error,
      };
    case 'failure-acknowledged':
      return {
        level: 'warn',
        text: `"${event.actor}" failed on "${event.id}", which was acknowledged all the same: ${reasonOf(event.error)}`,
        error: event.error,
      };
    case 'left-unsettled':
      return {
        level: 'warn',
        text: `"${event.actor}" has ended without settling "${event.id}"; it is delivered again when its ownership runs out. Call ack(), nack() or reject().`,
      };
    case 'signal-ignored':
      return {
        level: 'warn',
        text: `"${event.actor}" goes on with "${event.id}" after its signal: ${reasonOf(event.reason)} Its result will be dropped. Pass msg.signal on to what it awaits.`,
      };
    case 'ownership-lost':
      return {
        level: 'warn',
        text: `"${event.id}" on channel "${event.channel}" was taken over by another worker; nothing of this run was committed.`,
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
        text: `"${event.actor}": what was to follow the settlement of "${event.id}" failed: ${reasonOf(event.error)}`,
        error: event.error,
      };
    case 'reply-unexpected':
      return { level: 'warn', text: `A reply on channel "${event.channel}" answers no open request; it was dropped.` };
  }
}

/** Writes warnings and errors to the console; the default where no logger is given. */
export const logToConsole: EventListener = (event) => {
  const { level, text } = describeEvent(event);
  if (level !== 'log') console[level](`[repid] ${text}`);
};

function reasonOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
