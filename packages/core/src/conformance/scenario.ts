import type { MessageBrokerCapabilities } from '../broker/index.js';
import type { BrokerOptions, MessageBrokerHarness } from './harness.js';
import { expectRefusal } from './refusal.js';
import { Stage } from './stage.js';

/** What a scenario asks of the broker before it can be played. */
export interface ScenarioOptions extends BrokerOptions {
  /** Where the broker lacks one, the suite checks instead that it refuses it by name. */
  readonly needs?: readonly (keyof MessageBrokerCapabilities)[];
}

/** One sentence about behaviour, and how to see that it is so. */
export interface Scenario {
  (title: string, play: (stage: Stage) => Promise<void>): void;
  (title: string, options: ScenarioOptions, play: (stage: Stage) => Promise<void>): void;
}

type Play = (stage: Stage) => Promise<void>;

/** The way that scenarios are told to this harness. */
export function scenariosOf(harness: MessageBrokerHarness): Scenario {
  return (title: string, options: ScenarioOptions | Play, play?: Play) => {
    const told = typeof options === 'function' ? { options: {}, play: options } : { options, play: play! };
    harness.it(title, () => perform(harness, told.options, told.play));
  };
}

async function perform(harness: MessageBrokerHarness, options: ScenarioOptions, play: Play): Promise<void> {
  const { needs = [], ...brokerOptions } = options;
  const stage = new Stage(await harness.createBroker(brokerOptions), harness);
  await stage.broker.connect();
  await playOrRefuse(stage, needs, play).catch(async (problem: unknown) => {
    // What went wrong first is what the report should say.
    await stage.leave().catch(() => undefined);
    throw problem;
  });
  await stage.leave();
}

async function playOrRefuse(
  stage: Stage,
  needs: readonly (keyof MessageBrokerCapabilities)[],
  play: Play,
): Promise<void> {
  const lacking = needs.filter((capability) => !stage.broker.capabilities[capability]);
  if (lacking.length === 0) return play(stage);
  for (const capability of lacking) await expectRefusal(stage, capability);
}
