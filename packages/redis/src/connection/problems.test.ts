import { BrokerRefusedError, BrokerUnavailableError } from '@repid/core';
import { describe, expect, it } from 'vitest';
import { refused } from './problems.js';

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
    const problem = refused(text);
    expect(problem).toBeInstanceOf(expected);
    expect(problem.message).toContain(text);
  });
});
