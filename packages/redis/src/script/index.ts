import { administration } from './administration.lua.js';
import { buckets } from './buckets.lua.js';
import { consume } from './consume.lua.js';
import { dependencies } from './dependencies.lua.js';
import { endings } from './endings.lua.js';
import { head } from './head.lua.js';
import { jobs } from './jobs.lua.js';
import { messages } from './messages.lua.js';
import { publish } from './publish.lua.js';
import { Script } from './script.js';
import { settle } from './settle.lua.js';
import { skipReasons } from './skip-reasons.lua.js';
import { skipped } from './skipped.lua.js';
import { waitingJobs } from './waiting-jobs.lua.js';

/** What a call may need, made where it does. */
const PARTS = {
  dependencies: waitingJobs + skipReasons + skipped + dependencies,
  publish,
  settle: endings + settle,
  consume: endings + consume,
  jobs,
  administration,
};

const parts = Object.entries(PARTS).map(
  ([name, text]) => `parts.${name} = function()\nlocal operations = {}\n${text}\nreturn operations\nend\n`,
);

const RUN = /* lua */ `
local name, operation = string.match(ARGV[1], '^(%w+)%.(%w+)$')
return part(name)[operation]()
`;

/** The script with every operation of the brokers. */
export const script = new Script([head, buckets, messages, ...parts, RUN].join(''));

/** An operation of the script, with the part that it is in. */
export type Operation =
  | `publish.${'publish' | 'store' | 'wait'}`
  | 'settle.settle'
  | `consume.${'open' | 'leave' | 'take' | 'promote' | 'reclaim'}`
  | `jobs.${'locate' | 'inspect' | 'cancel'}`
  | `administration.${'stats' | 'peek' | 'pause' | 'resume' | 'purge' | 'delete' | 'replay'}`;

export { Script } from './script.js';
