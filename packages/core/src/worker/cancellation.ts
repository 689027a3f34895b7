type Listener = (reason: unknown) => void;

/** Aborts a run. The AbortSignal is created when it is first read. */
export class Cancellation {
  private controller: AbortController | undefined;
  private listeners: Listener[] | undefined;
  private aborted = false;
  /** Why the run was aborted. */
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

  /** Aborts with this reason. Later calls do nothing. */
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

  /** Calls the listener when the run is aborted, or now if it is aborted already. */
  onAbort(listener: Listener): void {
    if (this.aborted) listener(this.reason);
    else if (this.listeners === undefined) this.listeners = [listener];
    else this.listeners.push(listener);
  }
}
