import { setTimeout as sleep } from 'node:timers/promises';
import { BrokerUnavailableError } from '@repid/core';
import type { Invocation } from '../script/call.js';
import { AnswerLimits } from './answer-limits.js';
import { AnswerLostError, NotSentError, isRefusedWith } from './problems.js';
import type { Client } from './source.js';

/** How often to look whether ioredis has noticed that its socket is gone, in milliseconds. */
const NOTICE_INTERVAL = 5;

/** A connection whose calls end in time: with an answer, or with BrokerUnavailableError. */
export class Connection {
  private closed = false;
  /** Those who wait for the connection; one listener serves them all. */
  private readonly waiting = new Set<(problem?: Error) => void>();
  private lastProblem: unknown;
  // A connection that does not answer may be dead without knowing it.
  private readonly limits = new AnswerLimits(() => this.reset());

  /** @param patience how long a call waits, reconnecting included, in milliseconds */
  constructor(
    readonly client: Client,
    readonly patience: number,
  ) {
    client.on('error', (problem: unknown) => (this.lastProblem = problem));
    client.on('ready', () => this.tellWaiting());
    client.on('end', () => this.tellWaiting(this.unreachable('the connection was closed')));
  }

  /** @throws BrokerUnavailableError when there is no connection after so many milliseconds */
  async open(timeout: number): Promise<void> {
    this.client.connect().catch((problem: unknown) => (this.lastProblem = problem));
    await this.ready(timeout, timeout);
  }

  /** Ends it at once; calls in progress reject. */
  close(): void {
    this.closed = true;
    this.client.disconnect();
  }

  get isReady(): boolean {
    return this.client.status === 'ready';
  }

  /** What is sent by `send`, before that returns, leaves in one write. */
  inOneWrite<T>(send: () => T): T {
    const { stream } = this.client as { stream?: { cork?(): void; uncork?(): void } };
    stream?.cork?.();
    try {
      return send();
    } finally {
      stream?.uncork?.();
    }
  }

  /**
   * Calls the script; texts in the answer are strings.
   * @throws AnswerLostError when it was sent and no answer came
   */
  run<Answer>(call: Invocation, patience = this.patience): Promise<Answer> {
    return this.send(() => this.evaluate(call, false), patience) as Promise<Answer>;
  }

  /** Calls the script; texts in the answer are buffers. */
  runForBuffers<Answer>(call: Invocation): Promise<Answer> {
    return this.send(() => this.evaluate(call, true)) as Promise<Answer>;
  }

  /**
   * Sends a command once the connection is there.
   * @param patience how long all of it may take, in milliseconds
   */
  send<Answer>(command: (client: Client) => Promise<Answer>, patience = this.patience): Promise<Answer> {
    return this.sendBy(performance.now() + patience, command);
  }

  /** Sends a command that may as well be carried out twice: again, where its answer got lost. */
  async sendAgain<Answer>(command: (client: Client) => Promise<Answer>): Promise<Answer> {
    const deadline = performance.now() + this.patience;
    for (;;) {
      try {
        return await this.send(command, Math.max(0, deadline - performance.now()));
      } catch (problem) {
        if (!(problem instanceof AnswerLostError) || performance.now() >= deadline) throw problem;
      }
    }
  }

  /** The same for a call of the script. */
  runAgain<Answer>(call: Invocation): Promise<Answer> {
    return this.sendAgain(() => this.evaluate(call, false)) as Promise<Answer>;
  }

  /** The same, and texts in the answer are buffers. */
  runForBuffersAgain<Answer>(call: Invocation): Promise<Answer> {
    return this.sendAgain(() => this.evaluate(call, true)) as Promise<Answer>;
  }

  /**
   * Resolves once commands can be sent.
   * @param limit the limit that the error names; `timeout` may be what is left of it
   * @throws BrokerUnavailableError after `timeout` milliseconds
   */
  async ready(timeout: number, limit = this.patience): Promise<void> {
    if (this.isReady) return;
    if (!this.closed && this.client.status === 'end') this.client.connect().catch(() => undefined);
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(
        () => settle(this.unreachable(`no connection within ${Math.round(limit)} ms`)),
        Math.max(0, timeout),
      );
      const settle = (problem?: Error): void => {
        clearTimeout(timer);
        this.waiting.delete(settle);
        if (problem) reject(problem);
        else resolve();
      };
      this.waiting.add(settle);
    });
  }

  private sendBy<Answer>(deadline: number, command: (client: Client) => Promise<Answer>): Promise<Answer> {
    if (!this.isReady) return this.sendOnceReady(deadline, command);
    return this.limits.within(command(this.client), deadline, async (problem) => {
      if (!(problem instanceof NotSentError) || performance.now() >= deadline) throw problem;
      await sleep(NOTICE_INTERVAL);
      return this.sendBy(deadline, command);
    });
  }

  private async sendOnceReady<Answer>(deadline: number, command: (client: Client) => Promise<Answer>): Promise<Answer> {
    await this.ready(deadline - performance.now());
    return this.sendBy(deadline, command);
  }

  /** Cuts it, to connect anew. */
  reset(): void {
    if (this.closed) return;
    this.client.disconnect(true);
    // ioredis waits for the other side to close as well, which a dead one never does.
    (this.client as { stream?: { destroy?(): void } }).stream?.destroy?.();
  }

  private tellWaiting(problem?: Error): void {
    for (const settle of [...this.waiting]) settle(problem);
  }

  protected evaluate(call: Invocation, buffers: boolean): Promise<unknown> {
    const { hash, text } = call.script;
    return this.call('evalsha', call.toArguments(hash), buffers).catch((problem: unknown) => {
      if (!isRefusedWith(problem, 'NOSCRIPT')) throw problem;
      return this.loader.call('eval', call.toArguments(text), buffers);
    });
  }

  /** Over which a server that does not have the script is given it. */
  protected get loader(): Connection {
    return this;
  }

  private call(command: string, values: (string | number | Buffer)[], buffers: boolean): Promise<unknown> {
    return buffers ? this.client.callBuffer(command, values) : this.client.call(command, values);
  }

  private unreachable(why: string): BrokerUnavailableError {
    const cause = this.lastProblem instanceof Error ? ` (${this.lastProblem.message})` : '';
    return new BrokerUnavailableError(`Redis is out of reach: ${why}${cause}. Check that it is up and reachable.`, {
      cause: this.lastProblem,
    });
  }
}
