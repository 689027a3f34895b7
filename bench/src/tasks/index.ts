import { runChains, startChains } from './chains.js';
import { graph } from './graph.js';
import { enqueue, left, preload, sendSingly } from './produce.js';
import { drain, heap, listen } from './work.js';

/** What a process can do with its subject, by name. Arguments and results are sent between processes. */
export const TASKS = { preload, enqueue, sendSingly, left, drain, listen, heap, startChains, runChains, graph };

export type TaskName = keyof typeof TASKS;
export type Arguments<Name extends TaskName> = Parameters<(typeof TASKS)[Name]>;
export type Result<Name extends TaskName> = Awaited<ReturnType<(typeof TASKS)[Name]>>;
