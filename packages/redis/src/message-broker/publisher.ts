import { DuplicateJobError, type OutgoingMessage, type TakenBy } from '@repid/core';
import type { Connection } from '../connection/connection.js';
import { type Keys, isPassing } from '../keys.js';
import { LIMITS } from '../options/defaults.js';
import type { Call } from '../script/call.js';
import { PublishUsualCall } from '../script/publish-usual-call.js';
import { ScriptCall } from '../script/script-call.js';
import { Batcher } from './batcher.js';
import { addMessage, isUsual } from './encode-message.js';
import { publishOneCallFor } from './encode-one.js';

interface Publication {
  readonly messages: readonly OutgoingMessage[];
  readonly resolve: () => void;
  readonly reject: (problem: unknown) => void;
}

/** A message whose id is taken: its place in its publication, from 1; the id; by what; and of a job that has it where it is, its id and its channel. */
type Taken = readonly [place: number, id: string, by: string, location?: string, jobId?: string, channel?: string];

/** For each that was not published, its place in the call, and the message whose id is taken, or what went wrong. */
type Answer = readonly (readonly [place: number, problem: Taken | string])[];

/** Publishes; what is published in the same turn of the event loop leaves together, each publication all or none. */
export class Publisher {
  private readonly batcher: Batcher<Publication>;
  private readonly known = new Set<string>();

  constructor(
    private readonly keys: Keys,
    private readonly connection: () => Connection,
  ) {
    this.batcher = new Batcher(
      LIMITS.publishBatch,
      ({ messages }) => messages.length,
      (publications) => this.send(publications),
      process.nextTick,
    );
  }

  publish(messages: readonly OutgoingMessage[]): Promise<void> {
    return new Promise((resolve, reject) => this.batcher.add({ messages, resolve, reject }));
  }

  /** Resolves when nothing is on its way. */
  idle(): Promise<void> {
    return this.batcher.idle();
  }

  /** Has the channel written down anew when it is next used. */
  forget(channel: string): void {
    this.known.delete(channel);
  }

  // Never sent twice: what was published by a call whose answer got lost may have been done with by now, ids and all.
  private async send(publications: Publication[]): Promise<void> {
    try {
      this.writeDown(publications);
      const deadline = performance.now() + this.connection().patience;
      const unsure = await this.publishUsual(publications, deadline);
      if (unsure.length > 0) await this.publishAny(unsure, deadline);
    } catch (problem) {
      for (const { reject } of publications) reject(problem);
    }
  }

  /** Answers those that are not published, since they are not usual or need a closer look: they come after the others of their turn. */
  private async publishUsual(publications: readonly Publication[], deadline: number): Promise<readonly Publication[]> {
    if (!areUsual(publications)) return publications;
    const unsure = await this.runBy<readonly number[]>(this.usualCallFor(publications), deadline);
    if (unsure.length === 0) {
      for (const { resolve } of publications) resolve();
      return [];
    }
    if (!areAlike(publications)) return publications;
    const places = new Set(unsure);
    publications.forEach(({ resolve }, place) => places.has(place) || resolve());
    return publications.filter((_, place) => places.has(place));
  }

  /** Those that have as many messages each are published each for itself, others all or none. */
  private usualCallFor(publications: readonly Publication[]): Call {
    const only = theOnlyMessage(publications);
    if (only !== undefined && only.waits === undefined) return publishOneCallFor(only, this.keys);
    const count = publications.reduce((sum, { messages }) => sum + messages.length, 0);
    const together = areAlike(publications) ? count / publications.length : count;
    const call = new PublishUsualCall(this.keys).add(count, together);
    for (const { messages } of publications) for (const message of messages) addMessage(call, message);
    return call;
  }

  private async publishAny(publications: readonly Publication[], deadline: number): Promise<void> {
    const call = new ScriptCall(this.keys, 'publish.publish').add(publications.length);
    for (const { messages } of publications) {
      call.add(messages.length);
      for (const message of messages) addMessage(call, message);
    }
    const problems = new Map(await this.runBy<Answer>(call, deadline));
    publications.forEach((publication, place) => this.conclude(publication, problems.get(place)));
  }

  private runBy<Answered>(call: Call, deadline: number): Promise<Answered> {
    return this.connection().run(call, Math.max(0, deadline - performance.now()));
  }

  private conclude({ messages, resolve, reject }: Publication, problem: Taken | string | undefined): void {
    if (problem === undefined) return resolve();
    if (typeof problem === 'string') return reject(this.connection().refused(problem));
    const [place, id] = problem;
    reject(new DuplicateJobError(id, messages[place - 1]!.channel, takenBy(problem)));
  }

  private writeDown(publications: readonly Publication[]): void {
    for (const { messages } of publications) {
      for (const { channel } of messages)
        if (!this.known.has(channel) && !isPassing(channel)) this.writeDownChannel(channel);
    }
  }

  private writeDownChannel(channel: string): void {
    this.known.add(channel);
    this.connection()
      .send((client) => client.sadd(this.keys.channels, channel))
      .catch(() => this.known.delete(channel));
  }
}

function theOnlyMessage([first, second]: readonly Publication[]): OutgoingMessage | undefined {
  return second === undefined && first?.messages.length === 1 ? first.messages[0] : undefined;
}

function areUsual(publications: readonly Publication[]): boolean {
  return publications.every(({ messages }) => messages.every(isUsual));
}

function areAlike(publications: readonly Publication[]): boolean {
  return publications.every(({ messages }) => messages.length === publications[0]!.messages.length);
}

function takenBy([, , by, location = '', jobId = '', channel = '']: Taken): TakenBy {
  return by === 'job' ? { channel, jobId, location } : (by as Extract<TakenBy, string>);
}
