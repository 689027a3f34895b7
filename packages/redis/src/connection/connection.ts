import { type BrokerRefusedError, BrokerUnavailableError } from '@repid/core';
import { LIMITS } from '../options/defaults.js';
import type { Invocation } from '../commands/call.js';
import { Link } from './link.js';
import { pause } from './pause.js';
import {
  AnswerLostError,
  NotSentError,
  answerOf,
  isTemporary,
  isReadOnly,
  isRefusedWith,
  refused,
} from './problems.js';
import type { Client } from './source.js';

interface CallOptions {
  /** True where texts in the answer are to be buffers. @default false */
  readonly buffers?: boolean;
}

type Command<Answer> = (client: Client) => Promise<Answer>;

/** A connection whose calls end in time: with an answer, or with an error that says whether the call may have been carried out. */
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
  run<Answer>(call: Invocation, { buffers, timeout }: CallOptions & { timeout?: number } = {}): Promise<Answer> {
    return this.send(() => this.evaluate<Answer>(call, buffers), timeout);
  }

  /** Calls a script that may be carried out twice, by `sendAgain`. */
  runAgain<Answer>(call: Invocation, { buffers, onLost }: CallOptions & { onLost?: () => void } = {}): Promise<Answer> {
    return this.sendAgain(() => this.evaluate<Answer>(call, buffers), onLost);
  }

  /**
   * Sends a command once there is a connection, and again where Redis refuses it temporarily.
   * @param timeout how long all of it may take, in milliseconds
   * @throws AnswerLostError when it was sent and no answer came
   */
  send<Answer>(command: Command<Answer>, timeout = this.timeout): Promise<Answer> {
    return this.sendBy(performance.now() + timeout, command);
  }

  /**
   * Sends a command that may be carried out twice, and sends it again where its answer was lost.
   * @param onLost called each time that an answer was lost
   */
  async sendAgain<Answer>(command: Command<Answer>, onLost?: () => void): Promise<Answer> {
    const deadline = performance.now() + this.timeout;
    let lost: AnswerLostError | undefined;
    for (;;) {
      try {
        return await this.send(command, Math.max(0, deadline - performance.now()));
      } catch (problem) {
        if (!(problem instanceof AnswerLostError))
          throw problem instanceof BrokerUnavailableError ? (lost ?? problem) : problem;
        lost = problem; // From here on it may have been carried out, also where further attempts fail.
        onLost?.();
        if (performance.now() >= deadline) throw problem;
        await pause(LIMITS.noticeInterval);
      }
    }
  }

  /** The error for a refusal that a script has returned. Where it says that the server is a replica, the connection looks for the master. */
  refused(message: string): BrokerUnavailableError | BrokerRefusedError {
    const problem = refused(message, this.source.address);
    if (isReadOnly(message)) this.leaveReplica(problem);
    return problem;
  }

  protected evaluate<Answer>(call: Invocation, buffers = false): Promise<Answer> {
    const { hash, text } = call.script;
    return this.call<Answer>('evalsha', call.toArguments(hash), buffers).catch((problem: unknown) => {
      if (!isRefusedWith(problem, 'NOSCRIPT')) throw problem;
      return this.loader.call<Answer>('eval', call.toArguments(text), buffers);
    });
  }

  /** The connection that sends the text of a script to a server that does not have it. */
  protected get loader(): Connection {
    return this;
  }

  /** @param why the refusal of an earlier attempt, thrown when the time runs out */
  private sendBy<Answer>(deadline: number, command: Command<Answer>, why?: unknown): Promise<Answer> {
    if (!this.isReady) return this.sendOnceReady(deadline, command, why);
    return this.limits.within(command(this.client), deadline, (problem) => this.recover(problem, deadline, command));
  }

  /** Sends nothing where there is hardly time for an answer: the caller would not know whether it was carried out. */
  private async sendOnceReady<Answer>(deadline: number, command: Command<Answer>, why: unknown): Promise<Answer> {
    try {
      await this.ready(deadline - performance.now());
    } catch (problem) {
      throw why ?? problem;
    }
    if (isNearlyOver(deadline)) throw why ?? this.unreachable('the time was over when there was a connection');
    return this.sendBy(deadline, command, why);
  }

  private async recover<Answer>(problem: unknown, deadline: number, command: Command<Answer>): Promise<Answer> {
    this.leaveIfReplica(problem);
    if (!isTemporary(problem)) throw problem;
    await pause(problem instanceof NotSentError ? LIMITS.noticeInterval : LIMITS.refusalPause);
    if (isNearlyOver(deadline)) throw problem;
    return this.sendBy(deadline, command, problem);
  }

  protected override leaveIfReplica(problem: unknown): void {
    if (isReadOnly(answerOf(problem))) this.leaveReplica(problem as Error);
  }

  private leaveReplica(problem: Error): void {
    this.report(problem);
    void this.leave();
    for (const listener of this.whenDemoted) listener();
  }

  private call<Answer>(command: string, values: (string | number | Buffer)[], buffers: boolean): Promise<Answer> {
    const { client } = this;
    return (buffers ? client.callBuffer(command, values) : client.call(command, values)) as Promise<Answer>;
  }
}

function isNearlyOver(deadline: number): boolean {
  return deadline - performance.now() < LIMITS.leastTime;
}
