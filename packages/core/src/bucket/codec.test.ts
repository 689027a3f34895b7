import { deserialize, serialize } from 'node:v8';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SerializationError } from '../errors/index.js';
import { jsonSerializer, type Serializer } from '../serializer/index.js';
import {
  BucketCodec,
  cancelledBody,
  failedBody,
  isResultBody,
  isResultBucket,
  type ResultBucket,
  skippedBody,
} from './index.js';

const binary: Serializer = {
  contentType: 'application/x-v8',
  encode: (value) => serialize(value),
  decode: (bytes) => deserialize(bytes) as unknown,
};

const json = new BucketCodec(jsonSerializer);
const v8 = new BucketCodec(binary);
const result: ResultBucket = {
  data: { a: [1, 'two', null] },
  success: true,
  startedAt: new Date(1_000),
  finishedAt: new Date(2_000),
  timestamp: new Date(2_000),
  ttl: 60_000,
};

describe('A bucket', () => {
  it.each([
    ['arguments', { data: [1, 2], timestamp: new Date(5), ttl: null }],
    ['nothing', { data: null, timestamp: new Date(5), ttl: 7 }],
  ])('with %s survives encoding and decoding, with JSON and another serializer', (_, bucket) => {
    for (const codec of [json, v8]) expect(codec.decode(codec.encodeArgs(bucket))).toEqual(bucket);
    expect(isResultBucket(json.decode(json.encodeArgs(bucket)))).toBe(false);
  });

  it.each<[string, ResultBucket]>([
    ['success', result],
    ['failure', { ...result, data: null, success: false, exception: 'Error: broken' }],
    ['cancellation', { ...result, data: null, success: false, exception: 'CancelledError: off', cancelled: true }],
    ['skipped run', { ...result, data: null, success: false, exception: 'E: no', skipped: true }],
  ])('with a %s survives encoding and decoding, with JSON and another serializer', (_, bucket) => {
    for (const codec of [json, v8]) expect(codec.decode(codec.encodeResult(bucket))).toEqual(bucket);
    expect(isResultBucket(json.decode(json.encodeResult(bucket)))).toBe(true);
  });

  it('keeps values that only its serializer supports', () => {
    const data = { when: new Date(3), set: new Set([1]), big: 5n };
    expect(v8.decode(v8.encodeArgs({ data, timestamp: new Date(5), ttl: null })).data).toEqual(data);
  });

  it.each([
    ['skipped', skippedBody('E: "no"', 5, 7), { skipped: true }],
    ['cancelled', cancelledBody('E: "no"', 5, 7), { cancelled: true }],
    ['failed', failedBody('E: "no"', 5, 7), {}],
  ])('of a job that the broker ends as %s is identical to the codec output', (_, body, end) => {
    const at = new Date(7);
    const times = { startedAt: at, finishedAt: at, timestamp: at };
    expect(body).toBe(
      json.encodeResult({ data: null, success: false, exception: 'E: "no"', ttl: 5, ...times, ...end }),
    );
  });

  it('is recognized as a result or as arguments by its first bytes', () => {
    const args = { data: { success: true }, timestamp: new Date(5), ttl: null };
    for (const codec of [json, v8]) {
      expect(isResultBody(codec.encodeResult(result))).toBe(true);
      expect(isResultBody(codec.encodeArgs(args))).toBe(false);
    }
  });

  it('is plain JSON that starts with `success`', () => {
    expect(json.encodeResult(result)).toMatch(/^\{"success":true,.*"data":\{"a":\[1,"two",null\]\}\}$/);
  });

  it('omits undefined arguments, and stores an undefined result as null', () => {
    expect(json.encodeArgs({ data: undefined, timestamp: new Date(5), ttl: null })).toBe('{"ttl":null,"timestamp":5}');
    const unserializable = { toJSON: () => undefined };
    for (const data of [undefined, unserializable])
      expect(json.decode(json.encodeResult({ ...result, data })).data).toBeNull();
    expect(json.decode(json.encodeArgs({ data: undefined, timestamp: new Date(5), ttl: null })).data).toBeUndefined();
  });

  it('has its members in the order that the Lua scripts expect', () => {
    const failed = { ...result, data: null, success: false, exception: 'Error: "no"', skipped: true, cancelled: true };
    expect(json.encodeResult(failed)).toBe(
      '{"success":false,"skipped":true,"ttl":60000,"timestamp":2000,"exception":"Error: \\"no\\"","cancelled":true,' +
        '"startedAt":1000,"finishedAt":2000,"data":null}',
    );
  });

  it('can contain any JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        fc.pre(!/__proto__|constructor/.test(JSON.stringify(value)));
        const data: unknown = JSON.parse(JSON.stringify(value));
        const bucket = { data, timestamp: new Date(5), ttl: null };
        for (const codec of [json, v8]) expect(codec.decode(codec.encodeArgs(bucket))).toEqual(bucket);
      }),
    );
  });

  it.each(['', 'null', '5', '[]', '{}', '{"timestamp":"now"}', '{"timestamp":1,"data":{"__proto__":1}}'])(
    'cannot be decoded from %j',
    (body) => {
      expect(() => json.decode(body)).toThrow(SerializationError);
    },
  );

  it('that could not be decoded again is refused with the path', () => {
    const data = { list: [new Map()] };
    expect(() => json.encodeResult({ ...result, data })).toThrow('result.list[0] is a Map');
    expect(() => json.encodeArgs({ data, timestamp: new Date(5), ttl: null })).toThrow('args.list[0] is a Map');
    expect(() => json.encodeResult({ ...result, data: 1n })).toThrow(SerializationError);
  });

  it('can contain data of the maximum depth', () => {
    const data: unknown = JSON.parse('['.repeat(1_000) + ']'.repeat(1_000));
    expect(json.decode(json.encodeResult({ ...result, data })).data).toEqual(data);
  });

  it('does not appear in the error if it cannot be decoded', () => {
    expect(() => json.decode('{"password":"secret"}')).toThrow(
      /^The stored value is not a bucket: it has no "timestamp"/,
    );
  });
});
