/** Calls the listener at the first of the signals; a second one has its usual effect. The answer takes the listeners away. */
export function onSignals(signals: readonly NodeJS.Signals[], listener: (signal: NodeJS.Signals) => void): () => void {
  const forget = (): void => {
    for (const signal of signals) process.off(signal, handle);
  };
  const handle = (signal: NodeJS.Signals): void => {
    forget();
    listener(signal);
  };
  for (const signal of signals) process.on(signal, handle);
  return forget;
}
