import {
  type ChannelAdministration,
  type ChannelStats,
  type DeadLetter,
  type Message,
  type ReplayOptions,
  type ReplayReport,
  checkChannelName,
} from '@repid/core';
import { decodeLeniently } from '../codec/entry.js';
import { decodeReason } from '../codec/reason.js';
import type { Connection } from '../connection/connection.js';
import type { RawEntry } from '../connection/reader.js';
import type { Keys } from '../keys.js';
import { LIMITS } from '../options/defaults.js';
import type { Operation } from '../script/index.js';
import { ScriptCall } from '../script/script-call.js';
import { awaitConfirmations } from './confirmations.js';
import { deleteChannel, purgeChannel } from './removal.js';
import { replayLetters } from './replay.js';

/** Told of what this process itself does to channels, so that its consumers need not wait to hear of it. */
export interface ChannelListener {
  readonly onChanged: () => Promise<void>;
  readonly onDeleted: (channel: string) => void;
}

/** Makes a call of an operation on a channel. */
export type CallMaker = (operation: Operation) => ScriptCall;

/** What the operation `stats` returns. */
type StatsAnswer = readonly [
  queued: number,
  delayed: number,
  waiting: number,
  running: number,
  deadLetters: number,
  paused: 0 | 1,
  consumers: number,
];

/** Looks after channels in Redis. */
export class RedisChannels implements ChannelAdministration {
  /** @param storesResults true where the results of jobs lie with their messages */
  constructor(
    private readonly keys: Keys,
    private readonly connection: () => Connection,
    private readonly listener: ChannelListener,
    private readonly storesResults: () => boolean,
  ) {}

  async declare(channel: string): Promise<void> {
    const [problem] = await this.connection().run<[string]>(this.on(channel)('consume.open').add(1));
    if (problem !== '') throw this.connection().refused(problem);
    await this.connection().send((client) => client.sadd(this.keys.channels, channel));
  }

  async stats(channel: string): Promise<ChannelStats> {
    const answer = await this.connection().runAgain<StatsAnswer>(this.on(channel)('administration.stats'));
    const [queued, delayed, waiting, running, deadLetters, paused, consumers] = answer;
    return { queued, delayed, waiting, running, deadLetters, paused: paused === 1, consumers };
  }

  async peek(channel: string, limit: number): Promise<readonly Message[]> {
    const entries = await this.connection().runForBuffersAgain<RawEntry[]>(
      this.on(channel)('administration.peek').add(limit),
    );
    return entries.map(([, fields]) => decodeLeniently(channel, fields ?? []));
  }

  async pause(channel: string): Promise<void> {
    const call = this.on(channel);
    const pause = await this.connection().runAgain<string>(call('administration.pause'));
    void this.listener.onChanged();
    await awaitConfirmations(this.connection(), call, channel, pause);
  }

  async resume(channel: string): Promise<void> {
    await this.connection().runAgain(this.on(channel)('administration.resume'));
    await this.listener.onChanged();
  }

  async purge(channel: string): Promise<number> {
    return purgeChannel(this.connection(), this.on(channel), channel, this.storesResults());
  }

  async delete(channel: string): Promise<void> {
    await deleteChannel(this.connection(), this.on(channel), channel, this.storesResults());
    await this.connection().send((client) => client.srem(this.keys.channels, channel));
    this.listener.onDeleted(channel);
    await this.listener.onChanged();
  }

  async deadLetters(channel: string, limit: number): Promise<readonly DeadLetter[]> {
    const entries = await this.connection().runForBuffersAgain<RawEntry[]>(
      this.on(channel)('administration.letters').add(limit),
    );
    return entries.map((entry) => deadLetterOf(channel, entry));
  }

  async replayDeadLetters(channel: string, options: ReplayOptions = {}): Promise<ReplayReport> {
    return replayLetters(this.connection(), this.on(channel), options);
  }

  async deleteDeadLetters(channel: string, ids: readonly string[]): Promise<number> {
    let deleted = 0;
    for (let from = 0; from < ids.length; from += LIMITS.administrationStep) {
      const some = ids.slice(from, from + LIMITS.administrationStep);
      const call = this.on(channel)('administration.delete_letters').add(some.length, ...some);
      deleted += await this.connection().run<number>(call);
    }
    return deleted;
  }

  private on(channel: string): CallMaker {
    checkChannelName(channel);
    return (operation) => {
      const call = new ScriptCall(this.keys, operation);
      call.channel(channel);
      return call;
    };
  }
}

function deadLetterOf(channel: string, [id, fields]: RawEntry): DeadLetter {
  const found = fields ?? [];
  const at = found.findIndex((field, n) => n % 2 === 0 && field.toString('latin1') === 'reason');
  const reason = at < 0 ? undefined : found[at + 1]?.toString();
  const entry = id.toString('latin1');
  return {
    id: entry,
    message: decodeLeniently(channel, found),
    reason: decodeReason(reason, Number.parseInt(entry, 10)),
  };
}
