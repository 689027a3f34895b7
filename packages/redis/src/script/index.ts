import { acknowledge, acknowledgeKeys } from './acknowledge.lua.js';
import { administration } from './administration.lua.js';
import { basics } from './basics.lua.js';
import { buckets } from './buckets.lua.js';
import { changes } from './changes.lua.js';
import { consume } from './consume.lua.js';
import { consumers } from './consumers.lua.js';
import { deadLetters } from './dead-letters.lua.js';
import { delayed } from './delayed.lua.js';
import { endingJobs } from './ending-jobs.lua.js';
import { endings } from './endings.lua.js';
import { getFromMaster } from './get-from-master.lua.js';
import { growth } from './growth.lua.js';
import { head } from './head.lua.js';
import { intake } from './intake.lua.js';
import { jobs } from './jobs.lua.js';
import { locations } from './locations.lua.js';
import { lookingForJobs } from './looking-for-jobs.lua.js';
import { messages } from './messages.lua.js';
import { next } from './next.lua.js';
import { ownership } from './ownership.lua.js';
import { pages } from './pages.lua.js';
import { parked } from './parked.lua.js';
import { parking } from './parking.lua.js';
import { pausing } from './pausing.lua.js';
import { problems } from './problems.lua.js';
import { promotion } from './promotion.lua.js';
import { publish } from './publish.lua.js';
import { publishOne } from './publish-one.lua.js';
import { publishUsual } from './publish-usual.lua.js';
import { python } from './python.lua.js';
import { reclaim } from './reclaim.lua.js';
import { releasing } from './releasing.lua.js';
import { removal } from './removal.lua.js';
import { replay } from './replay.lua.js';
import { Script } from './script.js';
import { settleResults } from './settle-results.lua.js';
import { settle } from './settle.lua.js';
import { shapes } from './shapes.lua.js';
import { singleWaits } from './single-waits.lua.js';
import { skipReasons } from './skip-reasons.lua.js';
import { skipped } from './skipped.lua.js';
import { takeover } from './takeover.lua.js';
import { types } from './types.lua.js';
import { usualChannels } from './usual-channels.lua.js';
import { waitingJobs } from './waiting-jobs.lua.js';

/** What a call may need beside its own operation, made where it does. */
const LAZY = { dependencies: waitingJobs + parked + singleWaits + skipReasons + skipped + releasing + parking };

/** What needs no more than the head. */
const QUICK = { intake };

const OPERATIONS = {
  publish,
  settle: deadLetters + endings + ownership + settle,
  consume: deadLetters + problems + python + consumers + delayed + promotion + consume,
  takeover: deadLetters + endings + problems + python + takeover + reclaim,
  jobs: endingJobs + jobs,
  administration: deadLetters + python + consumers + pausing + administration,
  removal: deadLetters + delayed + endingJobs + removal,
  replay,
};

function lazy([name, text]: readonly [string, string]): string {
  return `parts.${name} = function()\nlocal operations = {}\n${text}\nreturn operations\nend\n`;
}

/** Made only where it is called: each function that a call makes costs it time. */
function called([name, text]: readonly [string, string]): string {
  return `if called == '${name}' then\nlocal operations = {}\n${text}\nreturn carry_out(operations[operation])\nend\n`;
}

/** The script with every operation of the brokers. */
export const script = new Script(
  [
    ...[
      basics,
      pages,
      changes,
      head,
      ...Object.entries(QUICK).map(called),
      locations,
      growth,
      types,
      shapes,
      lookingForJobs,
      buckets,
      messages,
    ],
    ...Object.entries(LAZY).map(lazy),
    ...Object.entries(OPERATIONS).map(called),
  ].join(''),
);

/**
 * Ends messages that nothing goes with, as the operation `settle` does it. Most messages end so, and where few end at once,
 * much of their time in Redis would be spent on making what they don't need.
 */
export const acknowledgeScript = new Script(
  basics + pages + changes + acknowledgeKeys + locations + endings + ownership + acknowledge,
);

/** Ends the only message in hand, and takes what is next, where they come one by one. */
export const nextScript = new Script(next);

/** Reads buckets, where the server is the master. */
export const getFromMasterScript = new Script(getFromMaster);

/** Publishes what most messages are, for the same reason. What it is not sure of is for the operation `publish`. */
export const publishUsualScript = new Script(pages + usualChannels + shapes + publishUsual);

/** The same where one plain message is published, for the same reason again. */
export const publishOneScript = new Script(publishOne);

/** Acknowledges jobs with their results, for the same reason: what is not sure is for the operation `settle`. */
export const settleResultsScript = new Script(shapes + parked + settleResults);

/** An operation of the script, with the part that it is in. */
export type Operation =
  | `publish.${'publish' | 'store' | 'wait'}`
  | 'settle.settle'
  | 'intake.take'
  | `consume.${'open' | 'leave' | 'promote'}`
  | `takeover.${'reclaim' | 'alone' | 'suspects' | 'pending' | 'retake'}`
  | `jobs.${'locate' | 'inspect' | 'waiters' | 'cancel'}`
  | `administration.${'stats' | 'peek' | 'letters' | 'delete_letters' | 'pause' | 'unconfirmed' | 'resume'}`
  | `removal.${'bounds' | 'end_delayed' | 'end_waiting' | 'end_entries' | 'end_letters' | 'drop'}`
  | 'replay.replay';

export { Script } from './script.js';
