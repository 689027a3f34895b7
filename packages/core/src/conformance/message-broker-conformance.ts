import type { MessageBrokerHarness } from './harness.js';
import { badInput } from './messages/bad-input.js';
import { cancelling } from './messages/cancel.js';
import { deadLetters } from './messages/dead-letters.js';
import { dependencies } from './messages/dependencies.js';
import { delays } from './messages/delay.js';
import { followers } from './messages/followers.js';
import { ids } from './messages/ids.js';
import { lifecycle } from './messages/lifecycle.js';
import { malformed } from './messages/malformed.js';
import { ownership } from './messages/ownership.js';
import { pausing } from './messages/pause.js';
import { priorities } from './messages/priority.js';
import { publishing } from './messages/publish.js';
import { receiving } from './messages/receive.js';
import { reconnecting } from './messages/reconnect.js';
import { removing } from './messages/removal.js';
import { settling } from './messages/settle.js';
import { stats } from './messages/stats.js';
import { scenariosOf } from './scenario.js';

/**
 * What every message broker must do, as tests.
 *
 * Call it where your test runner collects tests. Scenarios that need a capability which the broker lacks check
 * instead that the broker refuses it by name.
 */
export function messageBrokerConformance(harness: MessageBrokerHarness): void {
  const scenario = scenariosOf(harness);
  harness.describe('publish', () => publishing(scenario));
  harness.describe('bad input', () => badInput(scenario));
  harness.describe('job ids', () => ids(scenario));
  harness.describe('delay', () => delays(scenario));
  harness.describe('priority', () => priorities(scenario));
  harness.describe('receive', () => receiving(scenario));
  harness.describe('settle', () => settling(scenario));
  harness.describe('followers', () => followers(scenario));
  harness.describe('dependencies', () => dependencies(scenario));
  harness.describe('ownership', () => ownership(scenario));
  harness.describe('stats and peek', () => stats(scenario));
  harness.describe('pause', () => pausing(scenario));
  harness.describe('purge and delete', () => removing(scenario));
  harness.describe('dead letters', () => deadLetters(scenario));
  harness.describe('cancel and locate', () => cancelling(scenario));
  harness.describe('lifecycle', () => lifecycle(scenario));
  if (harness.insertMalformed) harness.describe('malformed entries', () => malformed(scenario));
  if (harness.interrupt) harness.describe('reconnect', () => reconnecting(scenario));
}
