import type { Subject } from '../subjects/subject.js';
import { drain } from './drain.js';
import { enqueue } from './enqueue.js';
import { graph } from './graph.js';
import { left } from './left.js';
import { preload } from './preload.js';

type Task = (subject: Subject, order: never) => Promise<unknown>;

/** What a process can be told to do with its subject, by name. Orders and answers are plain JSON. */
export const TASKS = { preload, enqueue, drain, left, graph } satisfies Record<string, Task>;

export type TaskName = keyof typeof TASKS;
export type Order<Name extends TaskName> = Parameters<(typeof TASKS)[Name]>[1];
export type Answer<Name extends TaskName> = Awaited<ReturnType<(typeof TASKS)[Name]>>;
