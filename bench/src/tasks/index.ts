import type { Subject } from '../subjects/subject.js';
import { drain } from './drain.js';
import { enqueue } from './enqueue.js';
import { feed } from './feed.js';
import { follow } from './follow.js';
import { graph } from './graph.js';
import { heap } from './heap.js';
import { left } from './left.js';
import { listen } from './listen.js';
import { preload } from './preload.js';
import { sendLater } from './send-later.js';
import { sendSpaced } from './send-spaced.js';
import { startChains } from './start-chains.js';

type Task = (subject: Subject, order: never, inPlace: () => void) => Promise<unknown>;

/**
 * What a process can be told to do with its subject, by name. Orders and answers are plain JSON. A task that others wait
 * for tells when it is in place.
 */
export const TASKS = {
  ...{ preload, enqueue, drain, left, graph },
  ...{ startChains, follow, sendSpaced, sendLater, listen, feed, heap },
} satisfies Record<string, Task>;

export type TaskName = keyof typeof TASKS;
export type Order<Name extends TaskName> = Parameters<(typeof TASKS)[Name]>[1];
export type Answer<Name extends TaskName> = Awaited<ReturnType<(typeof TASKS)[Name]>>;
