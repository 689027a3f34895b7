import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { SubjectName } from '../subjects/catalogue.js';
import type { Answer, Order, TaskName } from '../tasks/index.js';
import { within } from '../within.js';
import type { Reply, Request } from './protocol.js';

const PROGRAM = fileURLToPath(new URL('child.js', import.meta.url));
const START_WITHIN = 30_000;
const ANSWER_WITHIN = 60_000;
const STOP_WITHIN = 10_000;

/** What a process is for. */
export type ProcessRole = 'producer' | 'worker';

interface Pending {
  readonly task: TaskName;
  isInPlace(): void;
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

/** A task that has begun. */
export interface Begun<Answered> {
  /** Resolves when it is in place: others may begin now what it is there for. */
  readonly inPlace: Promise<void>;
  readonly answer: Promise<Answered>;
}

/** A child process that holds one subject and does what it is told. It lives as long as its parent at most. */
export class BenchProcess {
  private readonly pending = new Map<number, Pending>();
  private requests = 0;
  private isStopping = false;
  private end: Error | undefined;
  private isReady!: () => void;
  private hasFailed!: (error: Error) => void;

  private constructor(
    private readonly label: string,
    private readonly child: ChildProcess,
  ) {
    child.on('message', (reply: Reply) => this.receive(reply));
    child.once('exit', (code, signal) => this.fail(new Error(`${this.label} has ended (${signal ?? code}).`)));
    child.on('error', (error) => this.fail(error));
  }

  /**
   * @param number tells it from others of its role
   * @param profileFolder where its CPU profile is written when it ends; none is taken without
   */
  static async start(
    subject: SubjectName,
    role: ProcessRole,
    number: number,
    profileFolder?: string,
  ): Promise<BenchProcess> {
    const flags = profileFolder === undefined ? [] : profileFlags(profileFolder, `${subject}-${role}-${number}`);
    const child = fork(PROGRAM, [subject], {
      execArgv: ['--expose-gc', ...flags],
      stdio: ['ignore', 2, 2, 'ipc'],
      env: { ...process.env, NODE_ENV: 'production' },
    });
    const started = new BenchProcess(`The ${role} process ${number} of "${subject}"`, child);
    await within(START_WITHIN, started.ready(), `${started.label} was not ready`);
    return started;
  }

  /** Does a task. @throws Error when it fails, takes longer than `limit` milliseconds, or the process ends */
  async run<Name extends TaskName>(task: Name, order: Order<Name>, limit = ANSWER_WITHIN): Promise<Answer<Name>> {
    return this.begin(task, order, limit).answer;
  }

  /** Begins a task. Both promises reject when it fails, takes longer than `limit` milliseconds, or the process ends. */
  begin<Name extends TaskName>(task: Name, order: Order<Name>, limit = ANSWER_WITHIN): Begun<Answer<Name>> {
    const request: Request = { id: this.requests++, task, order };
    let isInPlace!: () => void;
    const inPlace = new Promise<void>((resolve) => (isInPlace = resolve));
    const ended = new Promise<unknown>((resolve, reject) =>
      this.pending.set(request.id, { task, isInPlace, resolve, reject }),
    );
    const answer = within(limit, ended, `${this.label} did not end task "${task}"`) as Promise<Answer<Name>>;
    if (this.child.connected) this.child.send(request);
    else this.fail(this.end ?? new Error(`${this.label} has ended.`));
    const begun = { inPlace: Promise.race([inPlace, answer.then(() => undefined)]), answer };
    for (const promise of Object.values(begun)) promise.catch(() => undefined); // Nobody need await both.
    return begun;
  }

  /** Ends it in peace, so that it can write its profile; kills it where that takes too long. */
  async stop(): Promise<void> {
    this.isStopping = true;
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.disconnect();
    await within(STOP_WITHIN, ended, `${this.label} did not end`).catch(() => this.child.kill('SIGKILL'));
  }

  private ready(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.isReady = resolve;
      this.hasFailed = reject;
    });
  }

  private receive(reply: Reply): void {
    if (reply.type === 'ready') return this.isReady();
    const pending = this.pending.get(reply.id);
    if (reply.type === 'in place') return pending?.isInPlace();
    this.pending.delete(reply.id);
    if (reply.type === 'done') pending?.resolve(reply.answer);
    else pending?.reject(new Error(`${this.label} failed at task "${pending.task}": ${reply.error}`));
  }

  private fail(error: Error): void {
    if (this.isStopping) return;
    this.end ??= error;
    this.hasFailed(error);
    for (const { reject } of this.pending.values()) reject(error);
    this.pending.clear();
  }
}

function profileFlags(folder: string, name: string): string[] {
  return ['--cpu-prof', `--cpu-prof-dir=${folder}`, `--cpu-prof-name=${name}.cpuprofile`];
}
