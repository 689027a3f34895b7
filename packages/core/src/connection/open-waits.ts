import type { WaitOptions } from '../bucket/bucket-broker.js';

/**
 * The pending waits of one connection. They end with the connection, even if other connections keep using its brokers.
 */
export class OpenWaits {
  private readonly controllers = new Set<AbortController>();

  /** Waits with these options, until `endAll()` at the latest. */
  async add<T>({ signal, ...options }: WaitOptions, wait: (options: WaitOptions) => Promise<T>): Promise<T> {
    signal?.throwIfAborted();
    const controller = new AbortController();
    const abort = (): void => controller.abort(signal!.reason);
    signal?.addEventListener('abort', abort, { once: true });
    this.controllers.add(controller);
    try {
      return await wait({ ...options, signal: controller.signal });
    } finally {
      this.controllers.delete(controller);
      signal?.removeEventListener('abort', abort);
    }
  }

  /** Rejects every pending wait with this error. */
  endAll(problem: Error): void {
    for (const controller of [...this.controllers]) controller.abort(problem);
  }
}
