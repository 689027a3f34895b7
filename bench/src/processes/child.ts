import { createBirpc } from 'birpc';
import { TASKS } from '../tasks/index.js';

// One process for one subject and one role: does the tasks that its parent calls, and is idle in between.
createBirpc<object, typeof TASKS>(TASKS, {
  post: (message) => process.send?.(message),
  on: (receive) => process.on('message', receive),
});
process.once('disconnect', () => process.exit()); // The parent has stopped it, or has died.
