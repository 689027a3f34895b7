import type { BrokerRefusedError, BrokerUnavailableError } from '@repid/core';
import { LIMITS } from '../options/defaults.js';
import type { Invocation } from '../script/call.js';
import { Link } from './link.js';
import { pause } from './pause.js';
import { AnswerLostError, NotSentError, answerOf, isPassing, isReadOnly, isRefusedWith, refused } from './problems.js';
import type { Client } from './source.js';

/** A connection whose calls end in time: with an answer, or with an error that says whether anything may have been done. */
export class Connection extends Link {
  private readonly whenDemoted: (() => void)[] = [];

  /** Calls it when the server turns out to be a replica. */
  onDemoted(listener: () => void): void {
    this.whenDemoted.push(listener);
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
   * Sends a command once the connection is there, again where Redis refuses it for the moment.
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

  /** The error for what a script has answered in place of a result. Where it says that the server is a replica, the master is looked for. */
  refused(message: string): BrokerUnavailableError | BrokerRefusedError {
    const problem = refused(message, this.source.place);
    if (isReadOnly(message)) this.leaveReplica(problem);
    return problem;
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

  private sendBy<Answer>(deadline: number, command: (client: Client) => Promise<Answer>): Promise<Answer> {
    if (!this.isReady) return this.sendOnceReady(deadline, command);
    return this.limits.within(command(this.client), deadline, (problem) => this.recover(problem, deadline, command));
  }

  private async sendOnceReady<Answer>(deadline: number, command: (client: Client) => Promise<Answer>): Promise<Answer> {
    await this.ready(deadline - performance.now());
    return this.sendBy(deadline, command);
  }

  private async recover<Answer>(
    problem: unknown,
    deadline: number,
    command: (client: Client) => Promise<Answer>,
  ): Promise<Answer> {
    if (isReadOnly(answerOf(problem))) this.leaveReplica(problem as Error);
    if (!isPassing(problem) || performance.now() >= deadline) throw problem;
    await pause(problem instanceof NotSentError ? LIMITS.noticeInterval : LIMITS.refusalPause);
    return this.sendBy(deadline, command);
  }

  private leaveReplica(problem: Error): void {
    this.report(problem);
    void this.leave();
    for (const listener of this.whenDemoted) listener();
  }

  private call(command: string, values: (string | number | Buffer)[], buffers: boolean): Promise<unknown> {
    return buffers ? this.client.callBuffer(command, values) : this.client.call(command, values);
  }
}
