import { HEADER, type OutgoingMessage } from '../message/index.js';

/** Events of every job. They are made only while somebody listens. */
export type JobEvent =
  /** The broker has taken a message, or a settlement with it as a follower. Bare messages have no id. */
  | {
      readonly type: 'published';
      readonly id: string | undefined;
      readonly topic: string | undefined;
      readonly channel: string;
    }
  /** An actor was called. `attempt` counts from 1. */
  | {
      readonly type: 'started';
      readonly actor: string;
      readonly id: string;
      readonly channel: string;
      readonly attempt: number;
    }
  /** A run has ended without an error, and its settlement is committed. `duration`: of the actor, in milliseconds. */
  | {
      readonly type: 'succeeded';
      readonly actor: string;
      readonly id: string;
      readonly channel: string;
      readonly duration: number;
    }
  /** A run has ended with an error. What is done with its job is another event: `retrying`, `dead-lettered`, ... */
  | {
      readonly type: 'failed';
      readonly actor: string;
      readonly id: string;
      readonly channel: string;
      readonly attempt: number;
      readonly duration: number;
      readonly error: unknown;
    };

/** Receives the events of every job. What it throws, or rejects with, is written to the console and has no other effect. */
export type JobEventListener = (event: JobEvent) => void;

/** Reports messages that the broker has taken. */
export function reportPublished(listener: JobEventListener | undefined, messages: readonly OutgoingMessage[]): void {
  if (listener === undefined) return;
  for (const { id, channel, headers } of messages) {
    listener({ type: 'published', id: id ?? headers[HEADER.id], topic: headers[HEADER.topic], channel });
  }
}
