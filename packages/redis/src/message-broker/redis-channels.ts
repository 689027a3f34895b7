import {
  type ChannelAdministration,
  type ChannelStats,
  type DeadLetter,
  type Message,
  type ReplayOptions,
  checkChannelName,
} from '@repid/core';
import { decodeLeniently } from '../codec/entry.js';
import { decodeReason } from '../codec/reason.js';
import type { Connection } from '../connection/connection.js';
import type { RawEntry } from '../connection/reader.js';
import type { Keys } from '../keys.js';
import type { Operation } from '../script/index.js';
import { ScriptCall } from '../script/script-call.js';

const DEFAULT_REPLAY_LIMIT = 1000;
const ALL = -1;

/** Told of what this process itself does to channels, so that its consumers need not wait to hear of it. */
export interface ChannelListener {
  readonly onPaused: (channel: string, paused: boolean) => Promise<void>;
  readonly onDeleted: (channel: string) => void;
}

/** Looks after channels in Redis. */
export class RedisChannels implements ChannelAdministration {
  constructor(
    private readonly keys: Keys,
    private readonly connection: () => Connection,
    private readonly listener: ChannelListener,
  ) {}

  async declare(channel: string): Promise<void> {
    await this.connection().run(this.call('consume.open', channel).add(1));
    await this.connection().send((client) => client.sadd(this.keys.channels, channel));
  }

  async stats(channel: string): Promise<ChannelStats> {
    const answer = await this.connection().runAgain<[number, number, number, number, number, number]>(
      this.call('administration.stats', channel),
    );
    const [queued, delayed, waiting, running, deadLetters, paused] = answer;
    return { queued, delayed, waiting, running, deadLetters, paused: paused === 1 };
  }

  async peek(channel: string, limit: number): Promise<readonly Message[]> {
    const entries = await this.connection().runForBuffersAgain<RawEntry[]>(
      this.call('administration.peek', channel).add(limit),
    );
    return entries.map(([, fields]) => decodeLeniently(channel, fields ?? []));
  }

  async pause(channel: string): Promise<void> {
    await this.connection().run(this.call('administration.pause', channel));
    await this.listener.onPaused(channel, true);
  }

  async resume(channel: string): Promise<void> {
    await this.connection().run(this.call('administration.resume', channel));
    await this.listener.onPaused(channel, false);
  }

  purge(channel: string): Promise<number> {
    return this.run('administration.purge', channel);
  }

  async delete(channel: string): Promise<void> {
    await this.connection().run(this.call('administration.delete', channel));
    await this.connection().send((client) => client.srem(this.keys.channels, channel));
    this.listener.onDeleted(channel);
  }

  async deadLetters(channel: string, limit: number): Promise<readonly DeadLetter[]> {
    checkChannelName(channel);
    const { deadLetters } = this.keys.channel(channel);
    const entries = await this.connection().sendAgain((client) =>
      client.xrangeBuffer(deadLetters, '-', '+', 'COUNT', limit),
    );
    return entries.map((entry) => deadLetterOf(channel, entry));
  }

  replayDeadLetters(channel: string, options: ReplayOptions = {}): Promise<number> {
    const { ids, limit = DEFAULT_REPLAY_LIMIT, withDependents = false } = options;
    const which = [limit, ids?.length ?? ALL, ...(ids ?? [])];
    return this.run('administration.replay', channel, withDependents ? '1' : '', ...which);
  }

  private async run(operation: Operation, channel: string, ...values: (string | number)[]): Promise<number> {
    return this.connection().run(this.call(operation, channel).add(...values));
  }

  private call(operation: Operation, channel: string): ScriptCall {
    checkChannelName(channel);
    const call = new ScriptCall(this.keys, operation);
    call.channel(channel);
    return call;
  }
}

function deadLetterOf(channel: string, [id, fields]: readonly [Buffer, Buffer[]]): DeadLetter {
  const at = fields.findIndex((field, n) => n % 2 === 0 && field.toString('latin1') === 'reason');
  const reason = at < 0 ? undefined : fields[at + 1]?.toString();
  const entry = id.toString('latin1');
  return {
    id: entry,
    message: decodeLeniently(channel, fields),
    reason: decodeReason(reason, Number.parseInt(entry, 10)),
  };
}
