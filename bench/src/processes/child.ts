import { TASKS, type TaskName } from '../tasks/index.js';
import { reply } from './reply.js';

// One process for one subject and one role: runs the tasks that it receives one after the other, and is idle in between.
process.on('message', ([task, args]: [TaskName, unknown[]]) => void run(task, args));
process.once('disconnect', () => process.exit()); // The parent has stopped it, or has died.
reply('ready');

async function run(task: TaskName, args: readonly unknown[]): Promise<void> {
  try {
    const perform = TASKS[task] as (...args: unknown[]) => Promise<unknown>;
    reply('result', await perform(...args));
  } catch (error) {
    reply('error', error);
  }
}
