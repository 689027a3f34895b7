import type { INestApplicationContext } from '@nestjs/common';
import { AdjustableClock, toMilliseconds, UnsupportedError, type Clock, type Duration } from '@repid/core';
import { checkChoice, connectionOf, type ConnectionChoice } from './connection-of.js';

/**
 * Advances the clock of a connection's message broker and bucket brokers. The next `drain()`, or a running worker, then
 * processes the messages that have become due.
 *
 * @param duration milliseconds, or a string such as `'1h'`
 * @throws UnsupportedError if the broker's clock cannot be advanced; InvalidOptionError for an invalid duration
 */
export async function advance(
  app: INestApplicationContext,
  duration: Duration,
  choice: ConnectionChoice = {},
): Promise<void> {
  checkChoice(choice, 'advance()');
  const { engine } = connectionOf(app, choice);
  const milliseconds = toMilliseconds(duration, 'duration');
  const main = requireAdjustable(engine.broker);
  const stores = [engine.buckets.argsBroker, engine.buckets.resultsBroker].map((store) => store && clockOf(store));
  const clocks = new Set([main, ...stores.filter((clock) => clock instanceof AdjustableClock)]);
  for (const clock of clocks) await clock.advance(milliseconds);
}

function requireAdjustable(broker: { readonly name: string; readonly clock: Clock }): AdjustableClock {
  if (broker.clock instanceof AdjustableClock) return broker.clock;
  throw new UnsupportedError(
    `advance() cannot change the clock of the ${broker.name} broker. Use the in-memory broker in this test.`,
  );
}

function clockOf(broker: object): unknown {
  return 'clock' in broker ? broker.clock : undefined;
}
