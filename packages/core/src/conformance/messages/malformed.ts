import assert from 'node:assert/strict';
import type { Scenario } from '../scenario.js';
import { nack } from '../settlements.js';
import { textOf } from '../fixture.js';
import { until } from '../waiting.js';

/** An entry that is not a message does not block others. */
export function malformed(scenario: Scenario): void {
  scenario(
    'dead-letters a malformed entry with the reason, and continues',
    { needs: ['deadLetters'] },
    async (fixture) => {
      const problems: Error[] = [];
      await fixture.harness.insertMalformed!(fixture.broker, fixture.channel);
      await fixture.publish('good');
      const consumer = await fixture.consumer({ onProblem: (problem) => problems.push(problem) });
      assert.equal(textOf(await fixture.receiveOne(consumer)), 'good');
      const letters = () => fixture.broker.channels.deadLetters(fixture.channel, 10);
      await until(async () => (await letters()).length === 1, 'the malformed entry to be dead-lettered');
      assert.equal((await letters())[0]!.reason.code, 'REPID_MALFORMED_MESSAGE');
      await until(() => problems.length === 1, 'the consumer to be notified');
    },
  );

  scenario('dead-letters a malformed entry while a receive waits', { needs: ['deadLetters'] }, async (fixture) => {
    const received = fixture.receiveOne(await fixture.consumer());
    await fixture.harness.insertMalformed!(fixture.broker, fixture.channel);
    await fixture.publish('good');
    assert.equal(textOf(await received), 'good');
  });

  scenario('does not replay a malformed entry, and reports that', { needs: ['deadLetters'] }, async (fixture) => {
    await fixture.harness.insertMalformed!(fixture.broker, fixture.channel);
    await fixture.publish('good');
    const consumer = await fixture.consumer();
    await nack(await fixture.receiveOne(consumer), 'broken');
    const { channels } = fixture.broker;
    await until(async () => (await channels.deadLetters(fixture.channel, 10)).length === 2, 'both to be dead-lettered');
    const { replayed, letters } = await channels.replayDeadLetters(fixture.channel);
    assert.equal(replayed, 1);
    assert.deepEqual(letters.map(({ outcome }) => outcome).toSorted(), ['malformed', 'replayed']);
    assert.equal((await channels.deadLetters(fixture.channel, 10)).length, 1);
    assert.equal(textOf(await fixture.receiveOne(consumer)), 'good');
  });
}
