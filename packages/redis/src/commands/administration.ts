import type { ChannelStats, DeadLetter, Message } from '@repid/core';
import { decodeLeniently } from '../codec/entry.js';
import { decodeReason } from '../codec/reason.js';
import type { RawEntry } from '../connection/reader.js';
import { LIMITS } from '../options/defaults.js';
import { scripts } from './scripts.generated.js';
import type { Target } from './target.js';

type StatsReply = readonly [
  queued: number,
  delayed: number,
  waiting: number,
  running: number,
  deadLetters: number,
  paused: 0 | 1,
  consumers: number,
];

export async function stats(target: Target): Promise<ChannelStats> {
  const reply = await target.connection.runAgain<StatsReply>(target.call(scripts.stats));
  const [queued, delayed, waiting, running, deadLetters, paused, consumers] = reply;
  return { queued, delayed, waiting, running, deadLetters, paused: paused === 1, consumers };
}

export async function peek(target: Target, limit: number): Promise<Message[]> {
  const entries = await target.connection.runAgain<RawEntry[]>(target.call(scripts.peek, limit), { buffers: true });
  return entries.map(([, fields]) => decodeLeniently(target.channel, fields ?? []));
}

/** The oldest dead letters. */
export async function readDeadLetters(target: Target, limit: number): Promise<DeadLetter[]> {
  const entries = await target.connection.runAgain<RawEntry[]>(target.call(scripts.readDeadLetters, limit), {
    buffers: true,
  });
  return entries.map((entry) => deadLetterOf(target.channel, entry));
}

/** Returns how many existed. */
export async function deleteDeadLetters(target: Target, ids: readonly string[]): Promise<number> {
  let deleted = 0;
  for (let from = 0; from < ids.length; from += LIMITS.administrationStep) {
    const some = ids.slice(from, from + LIMITS.administrationStep);
    deleted += await target.connection.run<number>(target.call(scripts.deleteDeadLetters, some.length, ...some));
  }
  return deleted;
}

function deadLetterOf(channel: string, [id, fields]: RawEntry): DeadLetter {
  const found = fields ?? [];
  const at = found.findIndex((field, n) => n % 2 === 0 && field.toString('latin1') === 'reason');
  const entry = id.toString('latin1');
  return {
    id: entry,
    message: decodeLeniently(channel, found),
    reason: decodeReason(at < 0 ? undefined : found[at + 1]?.toString(), Number.parseInt(entry, 10)),
  };
}
