import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { redact } from './redact.js';

describe('redact', () => {
  it('keeps name, message and code, and no other property', () => {
    const problem = Object.assign(new Error('WRONGPASS invalid', { cause: 'hunter2' }), {
      ...{ name: 'ReplyError', code: 'X', command: { name: 'auth', args: ['alice', 'hunter2'] } },
    });
    const fresh = redact(problem);
    expect(fresh).toMatchObject({ name: 'ReplyError', message: 'WRONGPASS invalid', code: 'X' });
    expect(inspect(fresh, { showHidden: true, depth: 9 })).not.toContain('hunter2');
  });

  it.each([
    ["ERR unknown command 'auth', with args beginning with: 'hunter2' 'x' ", "ERR unknown command 'auth'"],
    ['Command queue state error. Last reply: secret', 'Command queue state error. '],
    ['connect to redis://alice:secret@localhost:6379 failed', 'connect to redis://localhost:6379 failed'],
    ['connect ECONNREFUSED 127.0.0.1:6379', 'connect ECONNREFUSED 127.0.0.1:6379'],
  ])('%s', (message, expected) => expect(redact(new Error(message)).message).toBe(expected));

  it('has a message if several addresses of a host refuse the connection', () => {
    const problem = new AggregateError([
      new Error('connect ECONNREFUSED ::1:1'),
      new Error('connect ECONNREFUSED 127.0.0.1:1'),
    ]);
    expect(redact(problem).message).toBe('connect ECONNREFUSED ::1:1, connect ECONNREFUSED 127.0.0.1:1');
  });

  it.each([undefined, null, 'text', 5])('accepts %j as an error', (problem) => {
    expect(redact(problem).message).toBe(String(problem));
  });
});
