/** Calls the listener at the first of the signals. A second signal has its default effect. Returns a function that removes the listeners. */
export function onSignals(signals: readonly NodeJS.Signals[], listener: (signal: NodeJS.Signals) => void): () => void {
  const remove = (): void => {
    for (const signal of signals) process.off(signal, handle);
  };
  const handle = (signal: NodeJS.Signals): void => {
    remove();
    listener(signal);
  };
  for (const signal of signals) process.on(signal, handle);
  return remove;
}
