import { Logger } from '@nestjs/common';
import { expect, it, vi } from 'vitest';
import { logEvents } from './log-events.js';

it('writes each event at its level, with the stack of an error', () => {
  const logger = new Logger('Repid');
  const written: unknown[][] = [];
  for (const level of ['log', 'warn', 'error'] as const) {
    vi.spyOn(logger, level).mockImplementation((...args: unknown[]) => void written.push([level, ...args]));
  }
  const listen = logEvents(logger);
  const error = new Error('it broke');
  listen({ type: 'worker-started', channels: ['a', 'b'] });
  listen({ type: 'retrying', actor: 'Mail.send', id: '1', error, delay: 10 });
  listen({ type: 'dead-lettered', actor: 'Mail.send', id: '1', channel: 'a', error });
  expect(written).toEqual([
    ['log', 'Worker started on channels: a, b.'],
    ['warn', '"Mail.send" failed on "1", retry in 10 ms: Error: it broke'],
    ['error', '"1" for "Mail.send" went to the dead letters of channel "a": Error: it broke', error.stack],
  ]);
});

it('escapes control characters, so a message or an id cannot forge a log line', () => {
  const logger = new Logger('Repid');
  const written: string[] = [];
  vi.spyOn(logger, 'error').mockImplementation((...args: unknown[]) => void written.push(...(args as string[])));
  const error = new Error('first\n[Nest] 1 - LOG forged\u001b[31m');
  logEvents(logger)({ type: 'dead-lettered', actor: 'Mail.send', id: '1\r\nforged', channel: 'a', error });
  const lines = written.join('\n').split('\n');
  expect(lines.filter((line) => line.includes('forged') && !/^("1|Error: first)/.test(line))).toEqual([]);
  expect(written.join('')).not.toContain('\u001b');
  expect(written.join('')).not.toContain('\r');
});
