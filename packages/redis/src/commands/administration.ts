import type { ChannelStats, DeadLetter, Message } from '@repid/core';
import { decodeLeniently } from '../codec/entry.js';
import { decodeReason } from '../codec/reason.js';
import type { Connection } from '../connection/connection.js';
import type { RawEntry } from '../connection/reader.js';
import type { Keys } from '../keys.js';
import { LIMITS } from '../options/defaults.js';
import { callOn, callOnWithLetters } from './call.js';
import { scripts } from './scripts.generated.js';

type StatsAnswer = readonly [
  queued: number,
  delayed: number,
  waiting: number,
  running: number,
  deadLetters: number,
  paused: 0 | 1,
  consumers: number,
];

export async function stats(connection: Connection, keys: Keys, channel: string): Promise<ChannelStats> {
  const answer = await connection.runAgain<StatsAnswer>(callOnWithLetters(channel, scripts.stats, keys));
  const [queued, delayed, waiting, running, deadLetters, paused, consumers] = answer;
  return { queued, delayed, waiting, running, deadLetters, paused: paused === 1, consumers };
}

export async function peek(connection: Connection, keys: Keys, channel: string, limit: number): Promise<Message[]> {
  const call = callOn(channel, scripts.peek, keys).add(limit);
  const entries = await connection.runAgain<RawEntry[]>(call, { buffers: true });
  return entries.map(([, fields]) => decodeLeniently(channel, fields ?? []));
}

/** The oldest dead letters. */
export async function readDeadLetters(
  connection: Connection,
  keys: Keys,
  channel: string,
  limit: number,
): Promise<DeadLetter[]> {
  const call = callOnWithLetters(channel, scripts.readDeadLetters, keys).add(limit);
  const entries = await connection.runAgain<RawEntry[]>(call, { buffers: true });
  return entries.map((entry) => deadLetterOf(channel, entry));
}

/** Returns how many existed. */
export async function deleteDeadLetters(
  connection: Connection,
  keys: Keys,
  channel: string,
  ids: readonly string[],
): Promise<number> {
  let deleted = 0;
  for (let from = 0; from < ids.length; from += LIMITS.administrationStep) {
    const some = ids.slice(from, from + LIMITS.administrationStep);
    const call = callOnWithLetters(channel, scripts.deleteDeadLetters, keys).add(some.length, ...some);
    deleted += await connection.run<number>(call);
  }
  return deleted;
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
