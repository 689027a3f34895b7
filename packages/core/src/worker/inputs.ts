import type { Delivery } from '../broker/index.js';
import type { ResultBucket } from '../bucket/index.js';
import type { Connection } from '../connection/connection.js';
import type { PayloadSource } from '../converter/index.js';
import { BucketNotFoundError } from '../errors/index.js';
import type { InFlightDelivery } from './in-flight-delivery.js';
import { loadPayload } from './payload.js';

/** The inputs of a run. They are read before the actor starts, so that an outage does not count as its failure. */
export interface Inputs {
  readonly payload: PayloadSource;
  /** The results of the jobs that this one has waited for; empty if the actor does not take them. */
  readonly results: readonly ResultBucket[];
}

const NOTHING: readonly never[] = [];

/** The inputs of a run that has failed before it started. */
export const NO_INPUTS: Inputs = { payload: { bytes: new Uint8Array(0), value: undefined }, results: NOTHING };

/** @throws BucketNotFoundError, BrokerUnavailableError */
export function loadInputs(
  { delivery, parameters }: Pick<InFlightDelivery, 'delivery' | 'parameters'>,
  needsResults: boolean,
  connection: Connection,
): Inputs | Promise<Inputs> {
  const ids = (needsResults && parameters.dependsOn) || NOTHING;
  const results = ids.length === 0 ? NOTHING : loadResults(delivery, ids, connection);
  const payload = loadPayload(delivery, parameters, connection);
  if (!(payload instanceof Promise) && !(results instanceof Promise)) return { payload, results };
  return Promise.all([payload, results]).then(([loaded, all]) => ({ payload: loaded, results: all }));
}

function loadResults(
  { inlinedResult }: Delivery,
  ids: readonly string[],
  { buckets }: Connection,
): readonly ResultBucket[] | Promise<readonly ResultBucket[]> {
  if (inlinedResult !== undefined && ids.length === 1 && ids[0] === inlinedResult.bucketId)
    return [buckets.decodeResult(inlinedResult.body)];
  return buckets
    .findResults(ids)
    .then((results) => results.map((result, index) => found(result, ids[index] as string)));
}

function found(result: ResultBucket | undefined, id: string): ResultBucket {
  if (result === undefined) throw new BucketNotFoundError(id);
  return result;
}
