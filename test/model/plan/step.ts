/** Ways to enqueue a job with an id that is in use. Each is refused. */
export const ID_CONFLICTS = [
  'its id',
  'its id on another channel',
  'its result bucket',
  'its id for arguments',
] as const;

/** An attempt to enqueue a job with an id that is in use. */
export interface IdConflict {
  readonly job: number;
  readonly asksFor: (typeof ID_CONFLICTS)[number];
}

/** What a step does. */
export type Action =
  /** The client enqueues jobs, in one call or one by one. Then, while the channels are paused, the id conflicts are tried. */
  | {
      readonly type: 'enqueue';
      readonly jobs: readonly number[];
      readonly isTogether: boolean;
      readonly conflicts: readonly IdConflict[];
    }
  /** A stalled worker takes this many messages and never settles them. */
  | { readonly type: 'take'; readonly count: number }
  | { readonly type: 'cancel'; readonly jobs: readonly number[] }
  /** Pauses the channel `times` times, and resumes it in between. */
  | { readonly type: 'pause'; readonly channel: number; readonly times: number }
  | { readonly type: 'resume'; readonly channel: number }
  | { readonly type: 'purge'; readonly channel: number }
  /** Resumes all channels, and waits until every job that can end has ended. */
  | { readonly type: 'wait' }
  /** Replays dead letters after every job that can end has ended. */
  | { readonly type: 'replay'; readonly channel: number; readonly withDependents: boolean }
  /** Enqueues a job of the client again after every job that can end has ended. */
  | { readonly type: 'enqueue again'; readonly job: number }
  /** Makes Redis refuse writes until the next wait. Does nothing in other worlds. */
  | { readonly type: 'fill' };

/** An action, and the number of event loop turns before it. */
export interface Step {
  readonly turns: number;
  readonly action: Action;
}

/** For counterexamples. */
export function describeStep({ turns, action }: Step): string {
  return `${describeAction(action)}${turns > 0 ? ` after ${turns} turns` : ''}`;
}

function describeAction(action: Action): string {
  switch (action.type) {
    case 'enqueue':
      return [
        `enqueue ${action.jobs.join(' ')}${action.isTogether ? ' together' : ''}`,
        ...action.conflicts.map(describeConflict),
      ].join('; ');
    case 'take':
      return `take ${action.count} and vanish`;
    case 'cancel':
      return `cancel ${action.jobs.join(' ')}`;
    case 'pause':
      return `pause channel ${action.channel} ${action.times} times`;
    case 'resume':
    case 'purge':
      return `${action.type} channel ${action.channel}`;
    case 'replay':
      return `replay channel ${action.channel}${action.withDependents ? ' with dependents' : ''}`;
    case 'enqueue again':
      return `enqueue ${action.job} again`;
    case 'wait':
    case 'fill':
      return action.type;
  }
}

function describeConflict({ job, asksFor }: IdConflict): string {
  return `conflict with ${asksFor} of ${job}`;
}
