import type { INestApplicationContext } from '@nestjs/common';
import { sent, type SentMessage } from './sent.js';

/** What a matcher of Jest or Vitest returns. */
export interface MatcherResult {
  readonly pass: boolean;
  readonly message: () => string;
}

/** The matchers, for a declaration of your test runner's types. */
export interface RepidMatchers<Result = unknown> {
  /** Passes if the application has published a message with this topic and, if given, this payload. */
  toHaveSent(topic: string, payload?: unknown): Result;
}

/** For `expect.extend()` of Jest and Vitest. An application needs `RepidTestingModule`. */
export const repidMatchers = {
  toHaveSent(app: INestApplicationContext, topic: string, ...payload: [payload?: unknown]): MatcherResult {
    const messages = sent(app);
    const ofTopic = messages.filter((message) => message.topic === topic);
    const pass = ofTopic.some((message) => payload.length === 0 || isEqual(message.payload, payload[0]));
    const wanted = payload.length === 0 ? `"${topic}"` : `"${topic}" with ${JSON.stringify(payload[0])}`;
    return {
      pass,
      message: () => `Expected the application ${pass ? 'not ' : ''}to have sent ${wanted}. ${listOf(messages)}`,
    };
  },
};

/** Compares what was sent, which has been through JSON. Asymmetric matchers such as `expect.any()` decide themselves. */
function isEqual(actual: unknown, expected: unknown): boolean {
  if (isAsymmetric(expected)) return expected.asymmetricMatch(actual);
  if (expected instanceof Date) return actual === expected.toJSON();
  if (typeof expected !== 'object' || expected === null) return Object.is(actual, expected);
  if (typeof actual !== 'object' || actual === null || Array.isArray(actual) !== Array.isArray(expected)) return false;
  const plain = Object.entries(expected).filter(([, value]) => value !== undefined);
  return (
    Object.keys(actual).length === plain.length &&
    plain.every(([key, value]) => isEqual((actual as Record<string, unknown>)[key], value))
  );
}

function isAsymmetric(value: unknown): value is { asymmetricMatch(actual: unknown): boolean } {
  return typeof value === 'object' && value !== null && 'asymmetricMatch' in value;
}

function listOf(messages: readonly SentMessage[]): string {
  if (messages.length === 0) return 'It has sent nothing.';
  const lines = messages.map(
    ({ topic, channel, payload }) => `  "${topic}" on "${channel}": ${JSON.stringify(payload)}`,
  );
  return `It has sent:\n${lines.join('\n')}`;
}
