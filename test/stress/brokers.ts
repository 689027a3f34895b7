import { RedisBucketBroker, RedisMessageBroker } from '@repid/redis';

/** How long a message of a killed worker is safe from others, in milliseconds. */
const OWNERSHIP_TIME = 1_000;

/** Far more than a job of a stress run sees, where a process is killed every second. */
const MAX_DELIVERIES = 100;

/** How long connecting may take: longer than connections are cut in a row, and than a dead one is noticed. */
const CONNECT_TIMEOUT = '30s';

/** What is not as with other processes of the run. */
export interface BrokerOptions {
  /** In milliseconds. */
  readonly ownershipTime?: number;
  readonly maxDeliveries?: number;
  /** Told of what an operator should know. */
  readonly log?: (text: string) => void;
}

/** The brokers of one process. */
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
