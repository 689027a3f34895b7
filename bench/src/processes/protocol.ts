import type { TaskName } from '../tasks/index.js';

/** To a child: do this. */
export interface Request {
  readonly id: number;
  readonly task: TaskName;
  readonly order: unknown;
}

/** From a child: that it is there, that a task is in place for what others are to begin now, or how it has ended. */
export type Reply =
  | { readonly type: 'ready' }
  | { readonly type: 'in place'; readonly id: number }
  | { readonly type: 'done'; readonly id: number; readonly answer: unknown }
  | { readonly type: 'failed'; readonly id: number; readonly error: string };
