import { beforeEach, describe, expect, it } from 'vitest';
import type { DeliveredBucket, Delivery } from '../broker/index.js';
import { BucketCodec } from '../bucket/index.js';
import type { Connection } from '../connection/connection.js';
import { InMemoryBucketBroker, InMemoryMessageBroker } from '../memory/index.js';
import type { MessageParameters } from '../message/index.js';
import { Repid } from '../producer/repid.js';
import { jsonSerializer } from '../serializer/index.js';
import { loadInputs } from './inputs.js';

const PARAMETERS: MessageParameters = { retries: { maxAmount: 0, alreadyTried: 0 }, ttl: null, unrouted: 0 };

describe('The inputs of a job with a dependency', () => {
  let connection: Connection;
  beforeEach(async () => void (connection = await openConnection()));

  it('come from the bucket in the delivery, without being read', async () => {
    const inputs = loadInputs(
      {
        delivery: deliveryWith(bucket('first', 7)),
        parameters: { ...PARAMETERS, argsBucketId: 'first', dependsOn: ['first'] },
      },
      true,
      connection,
    );
    expect(inputs).not.toBeInstanceOf(Promise);
    const { payload, results } = await inputs;
    expect(payload.value).toBe(7);
    expect(results).toMatchObject([{ success: true, data: 7 }]);
  });

  it('are read if the delivery has another bucket', async () => {
    const pending = loadInputs(
      { delivery: deliveryWith(bucket('other', 7)), parameters: { ...PARAMETERS, dependsOn: ['first'] } },
      true,
      connection,
    );
    await expect(pending).rejects.toMatchObject({ code: 'REPID_BUCKET_NOT_FOUND' });
  });

  it('are an error if the bucket in the delivery is invalid', () => {
    const load = () =>
      loadInputs(
        {
          delivery: deliveryWith({ bucketId: 'first', body: 'x' }),
          parameters: { ...PARAMETERS, dependsOn: ['first'] },
        },
        true,
        connection,
      );
    expect(load).toThrow(expect.objectContaining({ code: 'REPID_SERIALIZATION' }));
  });
});

async function openConnection(): Promise<Connection> {
  const repid = new Repid({
    messageBroker: new InMemoryMessageBroker(),
    resultsBucketBroker: new InMemoryBucketBroker(),
  });
  await repid.connect();
  return repid.producer.connection;
}

function bucket(bucketId: string, data: unknown): DeliveredBucket {
  const at = new Date(1);
  const result = { success: true, startedAt: at, finishedAt: at, timestamp: at, ttl: null, data };
  return { bucketId, body: new BucketCodec(jsonSerializer).encodeResult(result) };
}

function deliveryWith(inlinedResult: DeliveredBucket): Delivery {
  return {
    id: '1',
    message: { channel: 'default', payload: new Uint8Array(0), headers: {} },
    priority: 'medium',
    deliveryCount: 1,
    isExhausted: false,
    inlinedResult,
    settle: () => Promise.resolve(),
  };
}
