import { DuplicateJobError, type OutgoingMessage } from '@repid/core';
import type { Connection } from '../connection/connection.js';
import { refused } from '../connection/problems.js';
import { type Keys, isPassing } from '../keys.js';
import { LIMITS } from '../options/defaults.js';
import type { Call } from '../script/call.js';
import type { ChannelCall } from '../script/channel-call.js';
import { PublishChainsCall } from '../script/publish-chains-call.js';
import { PublishPlainCall } from '../script/publish-plain-call.js';
import { ScriptCall } from '../script/script-call.js';
import { Batcher } from './batcher.js';
import { addMessage, isChained, isPlain } from './encode-message.js';
import { publishOneCallFor } from './encode-one.js';

interface Publication {
  readonly messages: readonly OutgoingMessage[];
  readonly resolve: () => void;
  readonly reject: (problem: unknown) => void;
}

/** For each that was not published, its place in the call, and that of its message whose id is taken, from 1, or what went wrong. */
type Answer = readonly (readonly [place: number, problem: number | string])[];

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

  /** Answers those that are not published, since they are not usual or need a closer look. */
  private async publishUsual(publications: readonly Publication[], deadline: number): Promise<readonly Publication[]> {
    if (areAll(isPlain, publications)) return this.publishPlain(publications, deadline);
    if (areAll(isChained, publications)) return this.publishChains(publications, deadline);
    return publications;
  }

  private async publishChains(publications: readonly Publication[], deadline: number): Promise<readonly Publication[]> {
    const messages = publications.flatMap((publication) => publication.messages);
    const call = new PublishChainsCall(this.keys).add(messages.length);
    for (const message of messages) addMessage(call, message);
    if ((await this.runBy<0 | 1>(call, deadline)) === 0) return publications;
    for (const { resolve } of publications) resolve();
    return [];
  }

  /** Answers those that are not published, since one of their ids may be taken. */
  private async publishPlain(publications: readonly Publication[], deadline: number): Promise<readonly Publication[]> {
    const answer = await this.runPlain(publications, deadline);
    if (answer.length === 0) {
      for (const { resolve } of publications) resolve();
      return [];
    }
    const problems = new Map(answer);
    return publications.filter((publication, place) => {
      const problem = problems.get(place);
      if (problem !== 0) conclude(publication, problem);
      return problem === 0;
    });
  }

  private async publishAny(publications: readonly Publication[], deadline: number): Promise<void> {
    const problems = new Map(await this.run(new ScriptCall(this.keys, 'publish.publish'), publications, deadline));
    publications.forEach((publication, place) => conclude(publication, problems.get(place)));
  }

  private runPlain(publications: readonly Publication[], deadline: number): Promise<Answer> {
    const message = theOnlyMessage(publications);
    if (!message) return this.run(new PublishPlainCall(this.keys), publications, deadline);
    return this.runBy(publishOneCallFor(message, this.keys), deadline);
  }

  private run(call: ChannelCall, publications: readonly Publication[], deadline: number): Promise<Answer> {
    call.add(publications.length);
    for (const { messages } of publications) {
      call.add(messages.length);
      for (const message of messages) addMessage(call, message);
    }
    return this.runBy(call, deadline);
  }

  private runBy<Given = Answer>(call: Call, deadline: number): Promise<Given> {
    return this.connection().run(call, Math.max(0, deadline - performance.now()));
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

function areAll(isSo: (message: OutgoingMessage) => boolean, publications: readonly Publication[]): boolean {
  return publications.every(({ messages }) => messages.every(isSo));
}

function conclude({ messages, resolve, reject }: Publication, problem: number | string | undefined): void {
  if (problem === undefined) return resolve();
  if (typeof problem === 'string') return reject(refused(problem));
  const { id, channel } = messages[problem - 1]!;
  reject(new DuplicateJobError(id!, channel));
}
