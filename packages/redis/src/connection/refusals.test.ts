import { describe, expect, it } from 'vitest';
import { codeOf, refusalOf } from './refusals.js';

describe('codeOf', () => {
  it.each([
    ['OOM command not allowed', 'OOM'],
    ["OOM command not allowed when used memory > 'maxmemory'. script: 1a2b, on @user_script:1.", 'OOM'],
    ['-READONLY You can not write against a read only replica.', 'READONLY'],
    ['@user_script: 3: -READONLY You can not write', 'READONLY'],
    ['@user_script:3: @user_script: 3: -OOM command not allowed', 'OOM'],
    ['ERR Error running script (call to f_1a2b): @user_script:1: @user_script: 1: -LOADING x', 'LOADING'],
    ['ERR user_script:3: WRONGTYPE Operation against a key script: 1a2b, on @user_script:3.', 'WRONGTYPE'],
    ['BUSYGROUP Consumer Group name already exists', 'BUSYGROUP'],
    ['ERR DB index is out of range', 'ERR'],
    ['ERR max number of clients reached', 'ERR'],
    ['WRONGTYPE repid:OOM holds a string', 'WRONGTYPE'],
    ['no code at all', undefined],
  ])('%s', (message, code) => expect(codeOf(message)).toBe(code));
});

describe('refusalOf', () => {
  it.each<readonly [message: string, isTransient: boolean]>([
    ...[
      'OOM',
      'READONLY',
      'LOADING',
      'MASTERDOWN',
      'CLUSTERDOWN',
      'TRYAGAIN',
      'BUSY',
      'MISCONF',
      'NOREPLICAS',
      'UNBLOCKED',
    ].map((code) => [`${code} some text`, true] as const),
    ['ERR max number of clients reached', true],
    ...['NOPERM', 'NOAUTH', 'WRONGPASS', 'DENIED', 'MOVED', 'ASK', 'CROSSSLOT', 'WRONGTYPE', 'ERR'].map(
      (code) => [`${code} some text`, false] as const,
    ),
    ["ERR unknown command 'XADD'", false],
    ['ERR DB index is out of range', false],
  ])('%s is transient: %s', (message, isTransient) => expect(refusalOf(message).isTransient).toBe(isTransient));

  it('repeats temporary refusals, but not those of a full server', () => {
    expect(refusalOf('READONLY x').isSentAgain).toBe(true);
    expect(refusalOf('OOM x').isSentAgain).toBe(false);
  });
});
