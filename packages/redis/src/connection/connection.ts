import { type BrokerRefusedError, BrokerUnavailableError } from '@repid/core';
import { LIMITS } from '../options/defaults.js';
import type { Invocation } from '../commands/call.js';
import { Link } from './link.js';
import { pause } from './pause.js';
import {
  NotSentError,
  ReplyLostError,
  isReadOnly,
  isRefusedWith,
  isTemporary,
  refusalTextOf,
  refused,
} from './problems.js';
import type { Client } from './source.js';

interface CallOptions {
  /** True if texts in the reply are to be buffers. @default false */
  readonly buffers?: boolean;
}

type Command<Reply> = (client: Client) => Promise<Reply>;

/** A connection whose calls end in time: with a reply, or with an error that says whether the call may have been carried out. */
export class Connection extends Link {
  private readonly whenDemoted: (() => void)[] = [];

  /** Calls the listener when the server turns out to be a replica. */
  onDemoted(listener: () => void): void {
    this.whenDemoted.push(listener);
  }

  /** Commands that `send` sends before it returns share one write. */
  inOneWrite<T>(send: () => T): T {
    const { stream } = this.client as { stream?: { cork?(): void; uncork?(): void } };
    stream?.cork?.();
    try {
      return send();
    } finally {
      stream?.uncork?.();
    }
  }

  /** Calls a script, by `send`. */
  run<Reply>(call: Invocation, { buffers, timeout }: CallOptions & { timeout?: number } = {}): Promise<Reply> {
    return this.send(() => this.evaluate<Reply>(call, buffers), timeout);
  }

  /** Calls a script that may be carried out twice, by `sendAgain`. */
  runAgain<Reply>(call: Invocation, { buffers, onLost }: CallOptions & { onLost?: () => void } = {}): Promise<Reply> {
    return this.sendAgain(() => this.evaluate<Reply>(call, buffers), onLost);
  }

  /**
   * Sends a command once there is a connection, and again if Redis refuses it temporarily.
   * @param timeout how long all of it may take, in milliseconds
   * @throws ReplyLostError when it was sent and no reply came
   */
  send<Reply>(command: Command<Reply>, timeout = this.timeout): Promise<Reply> {
    return this.sendBy(performance.now() + timeout, command);
  }

  /**
   * Sends a command that may be carried out twice, and sends it again if its reply was lost.
   * @param onLost called each time that a reply was lost
   */
  async sendAgain<Reply>(command: Command<Reply>, onLost?: () => void): Promise<Reply> {
    const deadline = performance.now() + this.timeout;
    let lost: ReplyLostError | undefined;
    for (;;) {
      try {
        return await this.send(command, Math.max(0, deadline - performance.now()));
      } catch (problem) {
        if (!(problem instanceof ReplyLostError))
          throw problem instanceof BrokerUnavailableError ? (lost ?? problem) : problem;
        lost = problem; // From here on it may have been carried out, even if further attempts fail.
        onLost?.();
        if (performance.now() >= deadline) throw problem;
        await pause(LIMITS.noticeInterval);
      }
    }
  }

  /** The error for a refusal that a script has returned. If it says that the server is a replica, the connection looks for the master. */
  refused(message: string): BrokerUnavailableError | BrokerRefusedError {
    const problem = refused(message, this.source.address);
    if (isReadOnly(message)) this.leaveReplica(problem);
    return problem;
  }

  protected evaluate<Reply>(call: Invocation, buffers = false): Promise<Reply> {
    const { hash, text } = call.script;
    return this.call<Reply>('evalsha', call.toArguments(hash), buffers).catch((problem: unknown) => {
      if (!isRefusedWith(problem, 'NOSCRIPT')) throw problem;
      return this.loader.call<Reply>('eval', call.toArguments(text), buffers);
    });
  }

  /** The connection that sends the text of a script to a server that does not have it. */
  protected get loader(): Connection {
    return this;
  }

  /** @param why the refusal of an earlier attempt, thrown when the time runs out */
  private sendBy<Reply>(deadline: number, command: Command<Reply>, why?: unknown): Promise<Reply> {
    if (!this.isReady) return this.sendOnceReady(deadline, command, why);
    return this.limits.within(command(this.client), deadline, (problem) => this.recover(problem, deadline, command));
  }

  /** Sends nothing if there is hardly time for a reply: the caller would not know whether it was carried out. */
  private async sendOnceReady<Reply>(deadline: number, command: Command<Reply>, why: unknown): Promise<Reply> {
    try {
      await this.ready(deadline - performance.now());
    } catch (problem) {
      throw why ?? problem;
    }
    if (isNearlyOver(deadline)) throw why ?? this.unreachable('the time was over when there was a connection');
    return this.sendBy(deadline, command, why);
  }

  private async recover<Reply>(problem: unknown, deadline: number, command: Command<Reply>): Promise<Reply> {
    this.leaveIfReplica(problem);
    if (!isTemporary(problem)) throw problem;
    await pause(problem instanceof NotSentError ? LIMITS.noticeInterval : LIMITS.refusalPause);
    if (isNearlyOver(deadline)) throw problem;
    return this.sendBy(deadline, command, problem);
  }

  protected override leaveIfReplica(problem: unknown): void {
    if (isReadOnly(refusalTextOf(problem))) this.leaveReplica(problem as Error);
  }

  private leaveReplica(problem: Error): void {
    this.report(problem);
    void this.leave();
    for (const listener of this.whenDemoted) listener();
  }

  private call<Reply>(command: string, values: (string | number | Buffer)[], buffers: boolean): Promise<Reply> {
    const { client } = this;
    return (buffers ? client.callBuffer(command, values) : client.call(command, values)) as Promise<Reply>;
  }
}

function isNearlyOver(deadline: number): boolean {
  return deadline - performance.now() < LIMITS.leastTime;
}
