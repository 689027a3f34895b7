const LONGEST_INTERVAL = 2_147_483_647;

/** Keeps the process alive until the returned function is called. Timers and in-memory brokers do not. */
export function keepAlive(): () => void {
  const interval = setInterval(() => {}, LONGEST_INTERVAL);
  return () => clearInterval(interval);
}
