import type { MessageBrokerHarness } from './harness.js';
import { aliases } from './messages/aliases.js';
import { badInput } from './messages/bad-input.js';
import { bucketKinds } from './messages/bucket-kinds.js';
import { cancelling } from './messages/cancel.js';
import { cancellingRunning } from './messages/cancel-running.js';
import { deadLetters } from './messages/dead-letters.js';
import { dependencies } from './messages/dependencies.js';
import { delays } from './messages/delay.js';
import { followers } from './messages/followers.js';
import { ids } from './messages/ids.js';
import { lifecycle } from './messages/lifecycle.js';
import { malformed } from './messages/malformed.js';
import { ownArgs } from './messages/own-args.js';
import { ownership } from './messages/ownership.js';
import { pausing } from './messages/pause.js';
import { priorities } from './messages/priority.js';
import { publishing } from './messages/publish.js';
import { receiving } from './messages/receive.js';
import { reconnecting } from './messages/reconnect.js';
import { replaying } from './messages/replay.js';
import { removing } from './messages/removal.js';
import { settling } from './messages/settle.js';
import { stats } from './messages/stats.js';
import { suspects } from './messages/suspects.js';
import { scenariosOf } from './scenario.js';

/**
 * The tests that every message broker must pass.
 *
 * Call it where your test runner collects tests. If the broker lacks a capability that a scenario needs, the test
 * checks instead that the broker refuses the request and names the capability.
 */
export function messageBrokerConformance(harness: MessageBrokerHarness): void {
  const scenario = scenariosOf(harness);
  harness.describe('publish', () => publishing(scenario));
  harness.describe('job ids', () => ids(scenario));
  harness.describe('ids of results', () => aliases(scenario));
  harness.describe('arguments and results', () => bucketKinds(scenario));
  harness.describe('bad input', () => badInput(scenario));
  harness.describe('delay', () => delays(scenario));
  harness.describe('priority', () => priorities(scenario));
  harness.describe('receive', () => receiving(scenario));
  harness.describe('settle', () => settling(scenario));
  harness.describe('followers', () => followers(scenario));
  harness.describe('dependencies', () => dependencies(scenario));
  harness.describe('ownership', () => ownership(scenario));
  harness.describe('suspects', () => suspects(scenario));
  harness.describe('own arguments', () => ownArgs(scenario));
  harness.describe('stats and peek', () => stats(scenario));
  harness.describe('pause', () => pausing(scenario));
  harness.describe('purge and delete', () => removing(scenario));
  harness.describe('dead letters', () => deadLetters(scenario));
  harness.describe('replay', () => replaying(scenario));
  harness.describe('cancel and locate', () => cancelling(scenario));
  harness.describe('cancel of running jobs', () => cancellingRunning(scenario));
  harness.describe('lifecycle', () => lifecycle(scenario));
  if (harness.insertMalformed) harness.describe('malformed entries', () => malformed(scenario));
  if (harness.interrupt) harness.describe('reconnect', () => reconnecting(scenario));
}
