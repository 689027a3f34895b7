import { acknowledge } from './acknowledge.lua.js';
import { administration } from './administration.lua.js';
import { buckets } from './buckets.lua.js';
import { consume } from './consume.lua.js';
import { dependencies } from './dependencies.lua.js';
import { endings } from './endings.lua.js';
import { head } from './head.lua.js';
import { jobs } from './jobs.lua.js';
import { messages } from './messages.lua.js';
import { ownership } from './ownership.lua.js';
import { publish } from './publish.lua.js';
import { Script } from './script.js';
import { settle } from './settle.lua.js';
import { skipReasons } from './skip-reasons.lua.js';
import { skipped } from './skipped.lua.js';
import { waitingJobs } from './waiting-jobs.lua.js';

/** What a call may need beside its own operation, made where it does. */
const LAZY = { dependencies: waitingJobs + skipReasons + skipped + dependencies };

/** Operations that need no more than the head. */
const QUICK = { acknowledge: endings + ownership + acknowledge };

const OPERATIONS = {
  publish,
  settle: endings + ownership + settle,
  consume: endings + consume,
  jobs,
  administration,
};

/** The part is made, and its operation done, only where it is called: each function that a call makes costs it time. */
function called([name, text]: readonly [string, string]): string {
  return `if called == '${name}' then\nlocal operations = {}\n${text}\nreturn operations[operation]()\nend\n`;
}

function lazy([name, text]: readonly [string, string]): string {
  return `parts.${name} = function()\nlocal operations = {}\n${text}\nreturn operations\nend\n`;
}

/** The script with every operation of the brokers. */
export const script = new Script(
  [
    head,
    ...Object.entries(QUICK).map(called),
    buckets,
    messages,
    ...Object.entries(LAZY).map(lazy),
    ...Object.entries(OPERATIONS).map(called),
  ].join(''),
);

/** An operation of the script, with the part that it is in. */
export type Operation =
  | `publish.${'publish' | 'store' | 'wait'}`
  | 'acknowledge.all'
  | 'settle.settle'
  | `consume.${'open' | 'leave' | 'take' | 'promote' | 'reclaim'}`
  | `jobs.${'locate' | 'inspect' | 'cancel'}`
  | `administration.${'stats' | 'peek' | 'pause' | 'resume' | 'purge' | 'delete' | 'replay'}`;

export { Script } from './script.js';
