/** How somebody else asks for the id of a job that is there. Each is refused. */
export const RIVALRIES = ['its id', 'its id on another channel', 'its result bucket', 'its id for arguments'] as const;

/** Somebody else asks for the id of a job. */
export interface Rival {
  readonly job: number;
  readonly asksFor: (typeof RIVALRIES)[number];
}

/** What is done. */
export type Act =
  /** The client enqueues, all in one write or each in one of its own; then rivals try, while the channels are paused. */
  | {
      readonly type: 'enqueue';
      readonly jobs: readonly number[];
      readonly isTogether: boolean;
      readonly rivals: readonly Rival[];
    }
  /** A worker that never settles takes so many messages. */
  | { readonly type: 'take'; readonly count: number }
  | { readonly type: 'cancel'; readonly jobs: readonly number[] }
  /** As often, and resumed in between. */
  | { readonly type: 'pause'; readonly channel: number; readonly times: number }
  | { readonly type: 'resume'; readonly channel: number }
  | { readonly type: 'purge'; readonly channel: number }
  /** Everything is resumed, and all that can end has ended. */
  | { readonly type: 'wait' }
  /** Once all that can end has ended, dead letters are put back. */
  | { readonly type: 'replay'; readonly channel: number; readonly withDependents: boolean }
  /** Once all that can end has ended, a job of the client is enqueued once more. */
  | { readonly type: 'enqueue again'; readonly job: number }
  /** Redis takes no more, until all that can end is waited for. Nothing in other worlds. */
  | { readonly type: 'fill' };

/** One thing that is done, after so many turns of the event loop. */
export interface Step {
  readonly turns: number;
  readonly act: Act;
}

/** For counterexamples. */
export function describeStep({ turns, act }: Step): string {
  return `${describeAct(act)}${turns > 0 ? ` after ${turns} turns` : ''}`;
}

function describeAct(act: Act): string {
  switch (act.type) {
    case 'enqueue':
      return [
        `enqueue ${act.jobs.join(' ')}${act.isTogether ? ' together' : ''}`,
        ...act.rivals.map(describeRival),
      ].join('; ');
    case 'take':
      return `take ${act.count} and vanish`;
    case 'cancel':
      return `cancel ${act.jobs.join(' ')}`;
    case 'pause':
      return `pause channel ${act.channel} ${act.times} times`;
    case 'resume':
    case 'purge':
      return `${act.type} channel ${act.channel}`;
    case 'replay':
      return `replay channel ${act.channel}${act.withDependents ? ' with dependents' : ''}`;
    case 'enqueue again':
      return `enqueue ${act.job} again`;
    case 'wait':
    case 'fill':
      return act.type;
  }
}

function describeRival({ job, asksFor }: Rival): string {
  return `another asks for ${asksFor} of ${job}`;
}
