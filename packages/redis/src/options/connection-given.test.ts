import { InvalidOptionError } from '@repid/core';
import { Cluster, Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { RedisBucketBroker, RedisMessageBroker } from '../index.js';
import { checkedOptions } from './connection-options.js';
import { optionsFromUrl } from './connection-url.js';

const problemOf = (given: unknown): Error => {
  let broker: RedisMessageBroker;
  try {
    broker = new RedisMessageBroker(given as string);
  } catch (problem) {
    return problem as Error;
  }
  throw new Error(`It was accepted by ${broker.name}.`);
};

describe('the URL of a Redis broker', () => {
  it.each([
    ['redis://localhost', { host: 'localhost', db: 0 }],
    ['redis://localhost:6380/', { host: 'localhost', port: 6380, db: 0 }],
    ['redis://localhost/15', { host: 'localhost', db: 15 }],
    ['redis://localhost?db=3', { host: 'localhost', db: 3 }],
    ['redis://:pa%3Ass@localhost', { host: 'localhost', password: 'pa:ss', db: 0 }],
    ['redis://alice:secret@[::1]:7', { host: '::1', port: 7, username: 'alice', password: 'secret', db: 0 }],
    ['redis://alice@localhost', { host: 'localhost', username: 'alice', password: '', db: 0 }],
    ['rediss://localhost?family=6', { host: 'localhost', family: 6, tls: {}, db: 0 }],
    ['REDISS://localhost', { host: 'localhost', tls: {}, db: 0 }],
    ['/tmp/redis.sock', { path: '/tmp/redis.sock' }],
  ])('%s', (url, options) => expect(optionsFromUrl(url)).toEqual(options));

  it.each([
    ['', 'is empty. Set it'],
    ['  ', 'is empty. Set it'],
    ['localhost:6379', 'is "localhost:6379", which has no scheme. Write it as "redis://host:6379"'],
    ['6379', 'has no scheme'],
    ['//localhost:6379', 'has no scheme'],
    ['http://localhost:6379', 'has the scheme "http". Expected "redis://"'],
    ['tcp://localhost:6379', 'has the scheme "tcp"'],
    ['redis:localhost', 'has no scheme'],
    ['redis://', 'names no host'],
    ['redis:///2', 'names no host'],
    ['redis://localhost/abc', 'names the database "abc". Expected its number'],
    ['redis://localhost/-1', 'names the database "-1"'],
    ['redis://localhost/1/2', 'names the database "1/2"'],
    ['redis://localhost?db=x', 'names the database "x"'],
    ['redis://localhost?keyPrefix=mine:', 'has the parameter "keyPrefix", which is not known (known: db, family'],
    ['redis://localhost?keyPrefix=mine:', 'Give the broker the option "prefix" instead.'],
    ['redis://localhost?tls=true', 'Write "rediss://" for TLS.'],
    ['redis://localhost?connectTimeout=5', 'Give options of ioredis as an object'],
    ['redis://localhost?family=ipv6', 'has the family "ipv6"'],
    ['redis://:pa%ss@localhost', 'has a "%" in its user name or password'],
    ['redis://:se#cret@localhost', 'has a "#" in its URL'],
    ['redis://:se/cret@localhost', 'is no URL that can be read'],
    ['redis://localhost:port', 'is no URL that can be read'],
  ])('%s: %s', (url, message) => {
    expect(problemOf(url)).toBeInstanceOf(InvalidOptionError);
    expect(problemOf(url).message).toMatch(/^The Redis connection /);
    expect(problemOf(url).message).toContain(message);
  });

  it.each([
    'alice:secret@localhost:6379',
    'http://alice:secret@localhost',
    'redis://alice:secret@localhost/abc',
    'redis://alice:se#cret@localhost',
    'redis://alice:se/cret@localhost',
    'redis://alice:sec%ret@localhost',
    'redis://alice:secret@localhost?x=1',
  ])('is never shown with its user name and password: %s', (url) => {
    expect(problemOf(url).message).not.toMatch(/alice|secret|se#|se\/|sec%/);
  });
});

describe('the options of a connection', () => {
  it('can be ioredis options', () => {
    const options = {
      host: 'one',
      port: 7,
      db: 2,
      tls: {},
      keepAlive: 5,
      natMap: {},
      sentinels: [{ host: 'a' }],
      name: 'm',
    };
    expect(checkedOptions(options)).toEqual(options);
  });

  it.each<[object, string]>([
    [{ url: 'redis://x' }, 'has no option "url". Give the URL itself in place of the object.'],
    [{ connection: {} }, 'has no option "connection". Give what is in it.'],
    [{ socket: {} }, 'Give "host" and "port"'],
    [{ user: 'x' }, 'It is called "username".'],
    [{ database: 1 }, 'It is called "db".'],
    [{ prefix: 'x' }, 'It belongs to the options of the broker, the second argument.'],
    [{ hots: 'x' }, 'has no option "hots". Options of ioredis are expected'],
    [{ host: '' }, 'has a "host" that is no text, or empty'],
    [{ host: 'redis://one' }, 'has a "host" that is more than a host'],
    [{ port: Number('x') }, 'has the port "NaN"'],
    [{ port: 0 }, 'has the port "0"'],
    [{ db: 'abc' }, 'names the database "abc"'],
    [{ db: -1 }, 'names the database "-1"'],
    [{ db: 1.5 }, 'names the database "1.5"'],
    [[], 'is an array. Give a URL such as'],
    [{ duplicate: () => undefined, options: {} }, 'is an instance of something else than ioredis'],
  ])('%j: %s', (options, message) => {
    expect(problemOf(options)).toBeInstanceOf(InvalidOptionError);
    expect(problemOf(options).message).toContain(message);
  });

  it('are checked in an ioredis instance', () => {
    const redis = new Redis('redis://localhost/abc', { lazyConnect: true });
    expect(problemOf(redis).message).toContain('names the database "NaN"');
    const cluster = new Cluster(['redis://one:1'], { lazyConnect: true, redisOptions: { db: 2 } });
    expect(problemOf(cluster).message).toContain('names a database of a cluster, which has only 0');
    cluster.disconnect();
  });

  it('are checked by both brokers', () => {
    expect(() => new RedisBucketBroker('')).toThrow('The Redis connection is empty.');
  });
});
