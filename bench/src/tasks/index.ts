import { graph } from './graph.js';
import { enqueue, left, preload, sendChains, sendSingly } from './produce.js';
import { begin, drain, end, handledAt, heapUsed, listen, settle } from './work.js';

/** What a process can do with its subject, by name. Arguments and results are sent between processes. */
export const TASKS = {
  /** Resolves when the process has loaded its subject. */
  load: async () => undefined,
  ...{ preload, enqueue, sendSingly, sendChains, left, begin, listen, settle, handledAt, heapUsed, end, drain, graph },
};

export type Tasks = typeof TASKS;
