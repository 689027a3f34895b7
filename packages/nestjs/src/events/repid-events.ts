import { Logger } from '@nestjs/common';
import {
  errorText,
  escapeControls,
  InvalidOptionError,
  show,
  stackOf,
  type JobEvent,
  type JobEventListener,
  type RepidEvent,
} from '@repid/core';

/** Everything that is reported: the engine's events, and those of every job. */
export type AnyRepidEvent = RepidEvent | JobEvent;

/** The name of an event, such as `succeeded` or `dead-lettered`. */
export type RepidEventType = AnyRepidEvent['type'];

/** The event of a name. */
export type RepidEventOf<Type extends RepidEventType> = Extract<AnyRepidEvent, { type: Type }>;

/** Receives events of one type. What it throws, or rejects with, is logged and has no other effect. */
export type RepidEventListener<Type extends RepidEventType> = (event: RepidEventOf<Type>) => unknown;

/** All events by name. True for those of every job, which the engine makes only while somebody listens. */
const EVENTS: Readonly<Record<RepidEventType, boolean>> = {
  published: true,
  started: true,
  succeeded: true,
  failed: true,
  'broker-problem': false,
  'callback-failed': false,
  cancelled: false,
  'dead-lettered': false,
  'failure-acknowledged': false,
  'given-back': false,
  'left-unsettled': false,
  'ownership-lost': false,
  refused: false,
  'reply-unexpected': false,
  retrying: false,
  'settlement-failed': false,
  'signal-ignored': false,
  'suspect-awaited': false,
  unrouted: false,
  'worker-started': false,
  'worker-stopped': false,
  'worker-stopping': false,
};

/** Where the listener for events of every job is attached. */
export interface JobEventSource {
  onJobEvent: JobEventListener | undefined;
}

/**
 * The events of a connection in this process. Inject it, or decorate a method with `@OnRepidEvent()`. What happens in
 * other processes is not among them.
 */
export class RepidEvents {
  private readonly logger = new Logger('Repid');
  private readonly listeners = new Map<RepidEventType, Set<RepidEventListener<RepidEventType>>>();
  private source: JobEventSource | undefined;

  /**
   * Calls the listener for each event of this type.
   *
   * @returns a function that removes the listener
   * @throws InvalidOptionError for an unknown type
   */
  on<Type extends RepidEventType>(type: Type, listener: RepidEventListener<Type>): () => void {
    requireEventType(type);
    const listeners = this.listeners.get(type) ?? new Set();
    const added = (event: AnyRepidEvent): unknown => listener(event as RepidEventOf<Type>);
    this.listeners.set(type, listeners.add(added));
    this.attach();
    return () => {
      listeners.delete(added);
      this.attach();
    };
  }

  /** Called by the connection. */
  emit(event: AnyRepidEvent): void {
    const listeners = this.listeners.get(event.type);
    if (listeners) for (const listener of listeners) this.call(listener, event);
  }

  /** Called by the connection once. */
  listenTo(source: JobEventSource): void {
    this.source = source;
    this.attach();
  }

  private attach(): void {
    if (this.source === undefined) return;
    const isHeard = [...this.listeners].some(([type, { size }]) => EVENTS[type] && size > 0);
    this.source.onJobEvent = isHeard ? (event) => this.emit(event) : undefined;
  }

  private call(listener: RepidEventListener<RepidEventType>, event: AnyRepidEvent): void {
    try {
      const returned = listener(event);
      if (returned instanceof Promise) returned.catch((error: unknown) => this.logFailure(event, error));
    } catch (error) {
      this.logFailure(event, error);
    }
  }

  private logFailure({ type }: AnyRepidEvent, error: unknown): void {
    this.logger.error(`A listener for "${type}" failed: ${escapeControls(errorText(error))}`, stackOf(error));
  }
}

/** @throws InvalidOptionError */
export function requireEventType(type: string): void {
  if (Object.hasOwn(EVENTS, type)) return;
  throw new InvalidOptionError(`${show(type)} is no event. There are: ${Object.keys(EVENTS).join(', ')}.`);
}
