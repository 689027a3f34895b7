import type { RedisOptions } from 'ioredis';
import { LIMITS } from '../options/defaults.js';

const FIRST_PAUSE = 25;

/**
 * How long ioredis pauses before it connects again, in milliseconds: as the one given says, and where that says nothing,
 * for twice as long each time. It never gives up: that is for those who wait.
 */
export function retryStrategyFor(given: RedisOptions['retryStrategy']): (times: number) => number {
  return (times) => {
    const chosen = given?.(times);
    return typeof chosen === 'number' ? chosen : pauseBefore(times);
  };
}

function pauseBefore(times: number): number {
  const longest = Math.min(LIMITS.reconnectPause, FIRST_PAUSE * 2 ** Math.min(times, 20));
  return longest * (0.5 + Math.random() / 2); // Many that were cut together come back one by one.
}
