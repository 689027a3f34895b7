const LONGEST_INTERVAL = 2_147_483_647;

/** Keeps the process alive until the answered function is called: timers and brokers in memory do not. */
export function keepAlive(): () => void {
  const interval = setInterval(() => {}, LONGEST_INTERVAL);
  return () => clearInterval(interval);
}
