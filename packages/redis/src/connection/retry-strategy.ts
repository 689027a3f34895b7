import type { RedisOptions } from 'ioredis';
import { LIMITS } from '../options/defaults.js';

const FIRST_PAUSE = 25;

/**
 * How long ioredis pauses before it connects again, in milliseconds: what the given strategy returns, or else twice as long each time. It
 * never gives up: callers have their own timeouts.
 */
export function retryStrategyFor(given: RedisOptions['retryStrategy']): (times: number) => number {
  return (times) => {
    const chosen = given?.(times);
    return typeof chosen === 'number' ? chosen : pauseBefore(times);
  };
}

function pauseBefore(times: number): number {
  const longest = Math.min(LIMITS.reconnectPause, FIRST_PAUSE * 2 ** Math.min(times, 20));
  return longest * (0.5 + Math.random() / 2); // Spreads clients that were disconnected together.
}
