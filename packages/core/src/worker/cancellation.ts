type Listener = (reason: unknown) => void;

/** Calls a run off. The AbortSignal is made only when somebody asks for it. */
export class Cancellation {
  private controller: AbortController | undefined;
  private listeners: Listener[] | undefined;
  private aborted = false;
  /** Why it was called off. */
  reason: unknown;

  get signal(): AbortSignal {
    if (this.controller === undefined) {
      this.controller = new AbortController();
      if (this.aborted) this.controller.abort(this.reason);
    }
    return this.controller.signal;
  }

  get isAborted(): boolean {
    return this.aborted;
  }

  /** The first reason counts. */
  abort(reason: unknown): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    this.controller?.abort(reason);
    for (const listener of this.listeners ?? []) listener(reason);
    this.listeners = undefined;
  }

  throwIfAborted(): void {
    if (this.aborted) throw this.reason;
  }

  /** Tells those who wait for the run, at once where it is called off already. */
  onAbort(listener: Listener): void {
    if (this.aborted) listener(this.reason);
    else if (this.listeners === undefined) this.listeners = [listener];
    else this.listeners.push(listener);
  }
}
