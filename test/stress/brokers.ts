import { RedisBucketBroker, RedisMessageBroker } from '@repid/redis';

/** How long a killed worker keeps the ownership of its messages, in milliseconds. */
const OWNERSHIP_TIME = 1_000;

/** Higher than the number of deliveries that a job can reach in a run, although a process is killed every second. */
const MAX_DELIVERIES = 100;

/** Longer than connections are cut repeatedly, and than the detection of a dead connection takes. */
const CONNECT_TIMEOUT = '30s';

/** Settings that differ from those of other processes of the run. */
export interface BrokerOptions {
  /** In milliseconds. */
  readonly ownershipTime?: number;
  readonly maxDeliveries?: number;
  /** Called with the text of each problem. */
  readonly log?: (text: string) => void;
}

/** Creates the brokers of one process. */
export function brokersAt(url: string, options: BrokerOptions = {}) {
  const { ownershipTime = OWNERSHIP_TIME, maxDeliveries = MAX_DELIVERIES } = options;
  const onProblem = ({ message }: Error): void => options.log?.(message);
  const buckets = new RedisBucketBroker(url, { onProblem, connectTimeout: CONNECT_TIMEOUT });
  return {
    messageBroker: new RedisMessageBroker(url, {
      ...{ ownershipTime, maxDeliveries, onProblem, connectTimeout: CONNECT_TIMEOUT },
    }),
    argsBucketBroker: buckets,
    resultsBucketBroker: buckets,
  };
}
