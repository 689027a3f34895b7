import assert from 'node:assert/strict';
import type { Scenario } from '../scenario.js';
import { nack } from '../settlements.js';
import { textOf } from '../stage.js';
import { until } from '../waiting.js';

/** An entry that is no message stops nobody. */
export function malformed(scenario: Scenario): void {
  scenario('gives a malformed entry up with the reason, and goes on', { needs: ['deadLetters'] }, async (stage) => {
    const problems: Error[] = [];
    await stage.harness.insertMalformed!(stage.broker, stage.channel);
    await stage.publish('good');
    const consumer = await stage.consumer({ onProblem: (problem) => problems.push(problem) });
    assert.equal(textOf(await stage.receiveOne(consumer)), 'good');
    const letters = () => stage.broker.channels.deadLetters(stage.channel, 10);
    await until(async () => (await letters()).length === 1, 'the malformed entry to be given up');
    assert.equal((await letters())[0]!.reason.code, 'REPID_MALFORMED_MESSAGE');
    await until(() => problems.length === 1, 'the consumer to be told');
  });

  scenario('gives a malformed entry up while a receive waits', { needs: ['deadLetters'] }, async (stage) => {
    const received = stage.receiveOne(await stage.consumer());
    await stage.harness.insertMalformed!(stage.broker, stage.channel);
    await stage.publish('good');
    assert.equal(textOf(await received), 'good');
  });

  scenario(
    'leaves a malformed entry where it is that is to be replayed, and says so',
    { needs: ['deadLetters'] },
    async (stage) => {
      await stage.harness.insertMalformed!(stage.broker, stage.channel);
      await stage.publish('good');
      const consumer = await stage.consumer();
      await nack(await stage.receiveOne(consumer), 'spoilt');
      const { channels } = stage.broker;
      await until(async () => (await channels.deadLetters(stage.channel, 10)).length === 2, 'both to be given up');
      const { replayed, letters } = await channels.replayDeadLetters(stage.channel);
      assert.equal(replayed, 1);
      assert.deepEqual(letters.map(({ outcome }) => outcome).toSorted(), ['malformed', 'replayed']);
      assert.equal((await channels.deadLetters(stage.channel, 10)).length, 1);
      assert.equal(textOf(await stage.receiveOne(consumer)), 'good');
    },
  );
}
