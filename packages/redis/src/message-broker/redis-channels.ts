import {
  type ChannelAdministration,
  type ChannelStats,
  type DeadLetter,
  type Message,
  type ReplayOptions,
  type ReplayReport,
  checkChannelName,
} from '@repid/core';
import { deleteDeadLetters, peek, readDeadLetters, stats } from '../commands/administration.js';
import { openChannelsCall } from '../commands/channels.js';
import { awaitConfirmations, pause, resume } from '../commands/pause.js';
import { deleteChannel, purgeChannel } from '../commands/removal.js';
import { replayDeadLetters } from '../commands/replay.js';
import { Target } from '../commands/target.js';
import type { Connection } from '../connection/connection.js';
import type { Keys } from '../keys.js';

/** Notified of what this process does to channels, so that its consumers react at once. */
export interface ChannelListener {
  readonly onChanged: () => Promise<void>;
  readonly onDeleted: (channel: string) => void;
}

/** Administers channels in Redis. */
export class RedisChannels implements ChannelAdministration {
  /** @param storesResults true if the results of jobs are stored with their messages */
  constructor(
    private readonly keys: Keys,
    private readonly connection: () => Connection,
    private readonly listener: ChannelListener,
    private readonly storesResults: () => boolean,
  ) {}

  async declare(channel: string): Promise<void> {
    const { connection } = this.target(channel);
    const [problem] = await connection.run<[string]>(openChannelsCall([channel], this.keys));
    if (problem !== '') throw connection.refused(problem);
    await connection.send((client) => client.sadd(this.keys.channels, channel));
  }

  async stats(channel: string): Promise<ChannelStats> {
    return stats(this.target(channel));
  }

  async peek(channel: string, limit: number): Promise<readonly Message[]> {
    return peek(this.target(channel), limit);
  }

  async pause(channel: string): Promise<void> {
    const name = await pause(this.target(channel));
    void this.listener.onChanged();
    await awaitConfirmations(this.target(channel), name);
  }

  async resume(channel: string): Promise<void> {
    await resume(this.target(channel));
    await this.listener.onChanged();
  }

  async purge(channel: string): Promise<number> {
    return purgeChannel(this.target(channel), this.storesResults());
  }

  async delete(channel: string): Promise<void> {
    await deleteChannel(this.target(channel), this.storesResults());
    await this.connection().send((client) => client.srem(this.keys.channels, channel));
    this.listener.onDeleted(channel);
    await this.listener.onChanged();
  }

  async deadLetters(channel: string, limit: number): Promise<readonly DeadLetter[]> {
    return readDeadLetters(this.target(channel), limit);
  }

  async replayDeadLetters(channel: string, options: ReplayOptions = {}): Promise<ReplayReport> {
    return replayDeadLetters(this.target(channel), options);
  }

  async deleteDeadLetters(channel: string, ids: readonly string[]): Promise<number> {
    return deleteDeadLetters(this.target(channel), ids);
  }

  /** @throws InvalidOptionError if the name is not valid */
  private target(channel: string): Target {
    checkChannelName(channel);
    return new Target(this.connection(), this.keys, channel);
  }
}
