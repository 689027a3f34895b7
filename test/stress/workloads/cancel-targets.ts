import { type Actor, defineActor, type Job, type JobOptions, type MessageDependency } from '@repid/core';
import { type ActorTools, perform, CHANNEL_PAIR, WORK } from './workload.js';

/** What a job is doing when it is cancelled. */
export type TargetKind = 'plain' | 'delayed' | 'waiting' | 'retried' | 'recurring' | 'delegating';

const KINDS: readonly TargetKind[] = ['plain', 'delayed', 'waiting', 'retried', 'recurring', 'delegating'];

/** Delays of targets, in milliseconds. Longer than `MAX_DELIVERY_DELAY`, so a late start after a cancellation is detected. */
const DELAY = 800;

/** Duration of a target's run, in milliseconds. */
const TARGET_DURATION = 700;

/** A job to cancel. */
export interface Target {
  readonly n: number;
  readonly kind: TargetKind;
  readonly channel: string;
}

/** Returns target `n`: kinds alternate, and so do channels. */
export function targetOf(n: number, channels: readonly string[]): Target {
  const round = Math.floor(n / KINDS.length);
  return { n, kind: KINDS[n % KINDS.length]!, channel: channels[round % channels.length]! };
}

/** Returns the job options of a target. */
export function optionsOf(target: Target): JobOptions<Target> {
  const { n, kind, channel } = target;
  return {
    ...{ channel, id: targetName(n), args: target, useArgsBucket: n % 4 === 0 },
    retries: kind === 'retried' ? 2 : 0,
    ...(kind === 'delayed' ? { deferredUntil: new Date(Date.now() + DELAY) } : {}),
    ...(kind === 'recurring' ? { deferredBy: DELAY } : {}),
  };
}

/** Returns the actors of targets and of the jobs related to them, for each channel. */
export function cancelActors(tools: ActorTools): Actor[] {
  const named = (name: string, channel: string, nameOf: (n: number) => string): Actor =>
    defineActor({ name, channel }, async (n: number, msg) => {
      await perform(tools, msg, nameOf(n));
      return n;
    });
  const before = defineActor({ name: 'before', channel: WORK }, (_: unknown, msg) =>
    perform(tools, msg, msg.id, DELAY),
  );
  return [WORK, ...CHANNEL_PAIR].flatMap((channel) => [
    defineActor({ name: 'target', channel, retryPolicy: () => DELAY }, (target: Target, msg) =>
      runTarget(tools, target, msg),
    ),
    named('dependent', channel, dependentName),
    named('follower', channel, followerName),
    named('delegate', channel, delegateName),
    ...(channel === WORK ? [before] : []),
  ]);
}

async function runTarget(tools: ActorTools, { n, kind, channel }: Target, msg: MessageDependency): Promise<number> {
  const follow = (name: string, options: JobOptions = {}): Job =>
    tools.repid.job(name, { channel, args: n, ...options }) as Job;
  if (kind === 'delegating') msg.delegate(follow('delegate', { deferredUntil: new Date(Date.now() + DELAY) }));
  if (kind !== 'recurring') msg.enqueue(follow('follower', { resultId: followerName(n) }));
  await perform(tools, msg, targetName(n), TARGET_DURATION);
  if (kind === 'retried' && msg.parameters.retries.alreadyTried < 2) throw new Error('The first runs fail.');
  return n;
}

export function targetName(n: number): string {
  return `target${n}`;
}

/** The job that depends on the target's success. */
export function dependentName(n: number): string {
  return `dependent${n}`;
}

/** The job that the target enqueues. */
export function followerName(n: number): string {
  return `follower${n}`;
}

/** The job to which the target delegates. */
export function delegateName(n: number): string {
  return `delegate${n}`;
}
