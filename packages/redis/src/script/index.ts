import { administration } from './administration.lua.js';
import { buckets } from './buckets.lua.js';
import { consume } from './consume.lua.js';
import { head } from './head.lua.js';
import { jobs } from './jobs.lua.js';
import { messages } from './messages.lua.js';
import { publish } from './publish.lua.js';
import { Script } from './script.js';
import { settle } from './settle.lua.js';

const OPERATIONS = /* lua */ `
local operations = {}

-- Redis 7 raises errors as tables, older ones as text.
local function message_of(problem)
  return type(problem) == 'table' and problem.err or tostring(problem)
end
`;

const RUN = /* lua */ `
return operations[ARGV[1]]()
`;

/** The script with every operation of the brokers. */
export const script = new Script(
  [head, buckets, messages, OPERATIONS, publish, settle, consume, jobs, administration, RUN].join(''),
);

export { Script } from './script.js';
