import { BrokerRefusedError, BrokerUnavailableError } from '@repid/core';
import { describe, expect, it } from 'vitest';
import { explain, refused, refusedAtConnect } from './problems.js';

describe('explain', () => {
  it('distinguishes commands that were never sent from those that may have been executed', () => {
    const notSent = new Error("Stream isn't writeable and enableOfflineQueue options is false");
    expect(explain(notSent, 'here')).toMatchObject({ code: 'REPID_BROKER_UNAVAILABLE', mayBeDone: false });
    expect(explain(new Error('Connection is closed.'), 'here')).toMatchObject({ mayBeDone: true });
  });

  it('says that a refused command changed nothing', () => {
    const problem = Object.assign(new Error("OOM command not allowed when used memory > 'maxmemory'."), {
      name: 'ReplyError',
    });
    expect(explain(problem, 'here')).toMatchObject({ code: 'REPID_BROKER_UNAVAILABLE', mayBeDone: false });
  });
});

describe('refusedAtConnect', () => {
  /** Not a permanent refusal: connecting is tried again. */
  const GOES_ON = 'not refused';

  it.each<[string, Partial<Error> & { code?: string }, string]>([
    [
      'a wrong password',
      { name: 'ReplyError', message: 'WRONGPASS invalid username-password pair' },
      'Check the user name and',
    ],
    [
      'a missing password',
      { name: 'ReplyError', message: 'NOAUTH Authentication required.' },
      'The server wants a password',
    ],
    ['a server that is loading', { name: 'ReplyError', message: 'LOADING Redis is loading' }, GOES_ON],
    ['too many clients', { name: 'ReplyError', message: 'ERR max number of clients reached' }, GOES_ON],
    [
      'a server that is not Redis',
      { message: 'Unknown RESP type 72 "H". Please report this.' },
      'a Redis server is there',
    ],
    [
      'an invalid certificate',
      { message: 'self-signed certificate', code: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
      'Check the certificates',
    ],
    ['a refused connection', { message: 'connect ECONNREFUSED', code: 'ECONNREFUSED' }, GOES_ON],
    ['an unknown host name', { message: 'getaddrinfo ENOTFOUND redis', code: 'ENOTFOUND' }, GOES_ON],
  ])('%s', (_, problem, remedy) => {
    const refusal = refusedAtConnect(Object.assign(new Error(problem.message), problem), 'here');
    expect(refusal?.message ?? GOES_ON).toContain(remedy);
    expect(refusal?.code ?? 'REPID_BROKER_REFUSED').toBe('REPID_BROKER_REFUSED');
  });
});

describe('refused', () => {
  it.each([
    ['LOADING Redis is loading the dataset in memory', BrokerUnavailableError],
    ["OOM command not allowed when used memory > 'maxmemory'.", BrokerUnavailableError],
    ['CLUSTERDOWN The cluster is down', BrokerUnavailableError],
    ['@user_script: 3: -READONLY You can not write against a read only replica.', BrokerUnavailableError],
    ['ERR Error running script: @user_script: 3: -BUSY Redis is busy running a script.', BrokerUnavailableError],
    ['WRONGTYPE Operation against a key holding the wrong kind of value', BrokerRefusedError],
    ['WRONGTYPE repid:BUSY holds a string, where a stream should be', BrokerRefusedError],
    ['BUSYGROUP Consumer Group name already exists', BrokerRefusedError],
    ['NOPERM this user has no permissions', BrokerRefusedError],
  ])('%s', (text, expected) => {
    const problem = refused(text, 'localhost:6379');
    expect(problem).toBeInstanceOf(expected);
    expect(problem.message).toContain(text.replace(/\.$/, ''));
    expect(problem.message).toMatch(/^Redis at localhost:6379 refused: /);
  });
});
