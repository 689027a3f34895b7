import type { INestApplicationContext } from '@nestjs/common';
import { AdjustableClock, toMilliseconds, UnsupportedError, type Clock, type Duration } from '@repid/core';
import { checkChoice, connectionOf, type ConnectionChoice } from './connection-of.js';

/**
 * Moves the time of a connection on, in its message broker and its bucket brokers alike. What becomes due is then there
 * for the next `drain()`, or for the worker that runs.
 *
 * @param duration milliseconds, or text such as `'1h'`
 * @throws UnsupportedError where the broker's clock cannot be moved; InvalidOptionError for what is no duration
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
    `The clock of the ${broker.name} broker cannot be moved by advance(). Use the in-memory broker in this test.`,
  );
}

function clockOf(broker: object): unknown {
  return 'clock' in broker ? broker.clock : undefined;
}
