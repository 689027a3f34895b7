import { loadSubject } from '../subjects/load.js';
import type { Subject } from '../subjects/subject.js';
import { TASKS } from '../tasks/index.js';
import type { Reply, Request } from './protocol.js';

// One process for one subject and one role: does the tasks that it is sent, one after the other, and idles in between.
const subject = await loadSubject(process.argv[2] ?? '');
process.on('message', (request: Request) => void perform(request).then(reply));
process.once('disconnect', () => process.exit()); // The parent has stopped it, or has died.
reply({ type: 'ready' });

async function perform({ id, task, order }: Request): Promise<Reply> {
  try {
    const run = TASKS[task] as (subject: Subject, order: unknown, inPlace: () => void) => Promise<unknown>;
    return { type: 'done', id, answer: await run(subject, order, () => reply({ type: 'in place', id })) };
  } catch (error) {
    return { type: 'failed', id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

function reply(message: Reply): void {
  process.send?.(message);
}
