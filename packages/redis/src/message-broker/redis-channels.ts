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
import { type RemovalTarget, deleteChannel, purgeChannel } from '../commands/removal.js';
import { replayDeadLetters } from '../commands/replay.js';
import type { Connection } from '../connection/connection.js';
import type { Keys } from '../keys.js';

/** Told of what this process itself does to channels, so that its consumers react at once. */
export interface ChannelListener {
  readonly onChanged: () => Promise<void>;
  readonly onDeleted: (channel: string) => void;
}

/** Administers channels in Redis. */
export class RedisChannels implements ChannelAdministration {
  /** @param storesResults true where the results of jobs are stored with their messages */
  constructor(
    private readonly keys: Keys,
    private readonly connection: () => Connection,
    private readonly listener: ChannelListener,
    private readonly storesResults: () => boolean,
  ) {}

  async declare(channel: string): Promise<void> {
    const connection = this.connectionFor(channel);
    const [problem] = await connection.run<[string]>(openChannelsCall([channel], this.keys));
    if (problem !== '') throw connection.refused(problem);
    await connection.send((client) => client.sadd(this.keys.channels, channel));
  }

  async stats(channel: string): Promise<ChannelStats> {
    return stats(this.connectionFor(channel), this.keys, channel);
  }

  async peek(channel: string, limit: number): Promise<readonly Message[]> {
    return peek(this.connectionFor(channel), this.keys, channel, limit);
  }

  async pause(channel: string): Promise<void> {
    const name = await pause(this.connectionFor(channel), this.keys, channel);
    void this.listener.onChanged();
    await awaitConfirmations(this.connection(), this.keys, channel, name);
  }

  async resume(channel: string): Promise<void> {
    await resume(this.connectionFor(channel), this.keys, channel);
    await this.listener.onChanged();
  }

  async purge(channel: string): Promise<number> {
    return purgeChannel(this.removalTarget(channel));
  }

  async delete(channel: string): Promise<void> {
    await deleteChannel(this.removalTarget(channel));
    await this.connection().send((client) => client.srem(this.keys.channels, channel));
    this.listener.onDeleted(channel);
    await this.listener.onChanged();
  }

  async deadLetters(channel: string, limit: number): Promise<readonly DeadLetter[]> {
    return readDeadLetters(this.connectionFor(channel), this.keys, channel, limit);
  }

  async replayDeadLetters(channel: string, options: ReplayOptions = {}): Promise<ReplayReport> {
    return replayDeadLetters(this.connectionFor(channel), this.keys, channel, options);
  }

  async deleteDeadLetters(channel: string, ids: readonly string[]): Promise<number> {
    return deleteDeadLetters(this.connectionFor(channel), this.keys, channel, ids);
  }

  private removalTarget(channel: string): RemovalTarget {
    const connection = this.connectionFor(channel);
    return { connection, keys: this.keys, channel, storesResults: this.storesResults() };
  }

  /** @throws InvalidOptionError where the name is not valid */
  private connectionFor(channel: string): Connection {
    checkChannelName(channel);
    return this.connection();
  }
}
