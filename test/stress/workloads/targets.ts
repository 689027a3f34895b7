import { type Actor, defineActor, type Job, type JobOptions, type MessageDependency } from '@repid/core';
import { type ActorTools, perform, TWINS, WORK } from './workload.js';

/** Where a job is while it is to be cancelled. */
export type TargetKind = 'plain' | 'delayed' | 'waiting' | 'retried' | 'recurring' | 'delegating';

const KINDS: readonly TargetKind[] = ['plain', 'delayed', 'waiting', 'retried', 'recurring', 'delegating'];

/** Longer than a message may be on its way, in milliseconds: what begins after a cancellation is told from what began before. */
const PAUSE = 800;

/** How long a target runs, in milliseconds. */
const TAKES = 700;

/** A job that is to be cancelled. */
export interface Target {
  readonly n: number;
  readonly kind: TargetKind;
  readonly channel: string;
}

/** All kinds in turn, on all channels in turn. */
export function targetOf(n: number, channels: readonly string[]): Target {
  const round = Math.floor(n / KINDS.length);
  return { n, kind: KINDS[n % KINDS.length]!, channel: channels[round % channels.length]! };
}

/** How it is enqueued. */
export function optionsOf(target: Target): JobOptions<Target> {
  const { n, kind, channel } = target;
  return {
    ...{ channel, id: targetName(n), args: target, useArgsBucket: n % 4 === 0 },
    retries: kind === 'retried' ? 2 : 0,
    ...(kind === 'delayed' ? { deferredUntil: new Date(Date.now() + PAUSE) } : {}),
    ...(kind === 'recurring' ? { deferredBy: PAUSE } : {}),
  };
}

/** The actors of targets and of what is around them, once for each channel. */
export function cancelActors(tools: ActorTools): Actor[] {
  const named = (name: string, channel: string, nameOf: (n: number) => string): Actor =>
    defineActor({ name, channel }, async (n: number, msg) => {
      await perform(tools, msg, nameOf(n));
      return n;
    });
  const before = defineActor({ name: 'before', channel: WORK }, (_: unknown, msg) =>
    perform(tools, msg, msg.id, PAUSE),
  );
  return [WORK, ...TWINS].flatMap((channel) => [
    defineActor({ name: 'target', channel, retryPolicy: () => PAUSE }, (target: Target, msg) =>
      runTarget(tools, target, msg),
    ),
    named('afterwards', channel, afterwardsName),
    named('follower', channel, followerName),
    named('delegate', channel, delegateName),
    ...(channel === WORK ? [before] : []),
  ]);
}

async function runTarget(tools: ActorTools, { n, kind, channel }: Target, msg: MessageDependency): Promise<number> {
  const follow = (name: string, options: JobOptions = {}): Job =>
    tools.repid.job(name, { channel, args: n, ...options }) as Job;
  if (kind === 'delegating') msg.delegate(follow('delegate', { deferredUntil: new Date(Date.now() + PAUSE) }));
  if (kind !== 'recurring') msg.enqueue(follow('follower', { resultId: followerName(n) }));
  await perform(tools, msg, targetName(n), TAKES);
  if (kind === 'retried' && msg.parameters.retries.alreadyTried < 2) throw new Error('It fails at first.');
  return n;
}

export function targetName(n: number): string {
  return `target${n}`;
}

/** Waits for the target's success. */
export function afterwardsName(n: number): string {
  return `afterwards${n}`;
}

/** Is enqueued by the run of the target. */
export function followerName(n: number): string {
  return `follower${n}`;
}

/** What the target hands its result over to. */
export function delegateName(n: number): string {
  return `delegate${n}`;
}
