import type { MessageBrokerCapabilities } from '../broker/index.js';
import type { BrokerOptions, MessageBrokerHarness } from './harness.js';
import { expectUnsupported } from './unsupported.js';
import { BrokerFixture } from './fixture.js';

/** What a scenario needs from the broker. */
export interface ScenarioOptions extends BrokerOptions {
  /** If the broker lacks one, the test checks instead that it refuses the request and names the capability. */
  readonly needs?: readonly (keyof MessageBrokerCapabilities)[];
}

/** A title that states a behaviour, and a body that checks it. */
export interface Scenario {
  (title: string, body: (fixture: BrokerFixture) => Promise<void>): void;
  (title: string, options: ScenarioOptions, body: (fixture: BrokerFixture) => Promise<void>): void;
}

type ScenarioBody = (fixture: BrokerFixture) => Promise<void>;

/** Registers scenarios with this harness. */
export function scenariosOf(harness: MessageBrokerHarness): Scenario {
  return (title: string, options: ScenarioOptions | ScenarioBody, body?: ScenarioBody) => {
    const scenario = typeof options === 'function' ? { options: {}, body: options } : { options, body: body! };
    harness.it(title, () => runScenario(harness, scenario.options, scenario.body));
  };
}

async function runScenario(harness: MessageBrokerHarness, options: ScenarioOptions, body: ScenarioBody): Promise<void> {
  const { needs = [], ...brokerOptions } = options;
  const fixture = new BrokerFixture(await harness.createBroker(brokerOptions), harness);
  await fixture.broker.connect();
  await runOrExpectUnsupported(fixture, needs, body).catch(async (problem: unknown) => {
    // The first error is the one to report.
    await fixture.close().catch(() => undefined);
    throw problem;
  });
  await fixture.close();
}

async function runOrExpectUnsupported(
  fixture: BrokerFixture,
  needs: readonly (keyof MessageBrokerCapabilities)[],
  body: ScenarioBody,
): Promise<void> {
  const lacking = needs.filter((capability) => !fixture.broker.capabilities[capability]);
  if (lacking.length === 0) return body(fixture);
  for (const capability of lacking) await expectUnsupported(fixture, capability);
}
