import { setTimeout as sleep } from 'node:timers/promises';
import {
  type ChannelAdministration,
  type ChannelStats,
  type DeadLetter,
  type Message,
  type ReplayOptions,
  TimeoutError,
  checkChannelName,
} from '@repid/core';
import { decodeLeniently } from '../codec/entry.js';
import { decodeReason } from '../codec/reason.js';
import type { Connection } from '../connection/connection.js';
import type { RawEntry } from '../connection/reader.js';
import type { Keys } from '../keys.js';
import type { Operation } from '../script/index.js';
import { ScriptCall } from '../script/script-call.js';

/** How long to wait before one looks again who has confirmed a pause, at first and at most, in milliseconds. */
const [SHORTEST_REST, LONGEST_REST] = [2, 100];

/** How many consumers an error names. */
const MOST_NAMED = 5;

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

const DEFAULT_REPLAY_LIMIT = 1000;
const ALL = -1;

/** Told of what this process itself does to channels, so that its consumers need not wait to hear of it. */
export interface ChannelListener {
  readonly onChanged: () => Promise<void>;
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
    const [problem] = await this.connection().run<[string]>(this.call('consume.open', channel).add(1));
    if (problem !== '') throw this.connection().refused(problem);
    await this.connection().send((client) => client.sadd(this.keys.channels, channel));
  }

  async stats(channel: string): Promise<ChannelStats> {
    const answer = await this.connection().runAgain<StatsAnswer>(this.call('administration.stats', channel));
    const [queued, delayed, waiting, running, deadLetters, paused, consumers] = answer;
    return { queued, delayed, waiting, running, deadLetters, paused: paused === 1, consumers };
  }

  async peek(channel: string, limit: number): Promise<readonly Message[]> {
    const entries = await this.connection().runForBuffersAgain<RawEntry[]>(
      this.call('administration.peek', channel).add(limit),
    );
    return entries.map(([, fields]) => decodeLeniently(channel, fields ?? []));
  }

  async pause(channel: string): Promise<void> {
    const pause = await this.connection().runAgain<string>(this.call('administration.pause', channel));
    void this.listener.onChanged();
    await this.awaitConfirmations(channel, pause);
  }

  async resume(channel: string): Promise<void> {
    await this.connection().runAgain(this.call('administration.resume', channel));
    await this.listener.onChanged();
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

  /** Consumers hear of a pause at once, or learn of it when they look; one that is dead is not waited for any longer than it counts as alive. */
  private async awaitConfirmations(channel: string, pause: string): Promise<void> {
    const { patience } = this.connection();
    const deadline = performance.now() + patience;
    for (let rest = SHORTEST_REST; ; rest = Math.min(2 * rest, LONGEST_REST)) {
      const call = this.call('administration.unconfirmed', channel).add(pause);
      const missing = await this.connection().runAgain<string[]>(call);
      if (missing.length === 0) return;
      if (performance.now() >= deadline) throw unconfirmed(channel, missing, patience);
      await sleep(rest);
    }
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

function unconfirmed(channel: string, consumers: readonly string[], patience: number): TimeoutError {
  const named = consumers.slice(0, MOST_NAMED).map((name) => `"${name}"`);
  const more = consumers.length > named.length ? ` and ${consumers.length - named.length} more` : '';
  return new TimeoutError(
    `Channel "${channel}" is paused, but of its consumers ${named.join(', ')}${more} did not confirm it within ${Math.round(patience)} ms ` +
      'and may begin more of its jobs. See whether these connections reach Redis (CLIENT LIST shows their names), and call pause() again.',
  );
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
