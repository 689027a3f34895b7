import { fork, type ChildProcess } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { fileURLToPath } from 'node:url';
import pTimeout from 'p-timeout';
import type { SubjectName } from '../subjects/catalogue.js';
import type { Arguments, Result, TaskName } from '../tasks/index.js';
import type { Reply } from './reply.js';

const PROGRAM = fileURLToPath(new URL('child.js', import.meta.url));
const START_TIMEOUT = 30_000;
const TASK_TIMEOUT = 150_000;
const STOP_TIMEOUT = 10_000;

export type ProcessRole = 'producer' | 'worker';

/** A child process that loads one subject and does one task at a time. It ends with its parent. */
export class BenchProcess {
  /** Emits its replies. Its exit is an error, too. */
  private readonly events = new EventEmitter();

  private constructor(
    private readonly label: string,
    private readonly child: ChildProcess,
  ) {
    const fail = (reason: string): boolean => this.events.emit('error', new Error(`${label} ${reason}`));
    this.events.on('error', () => undefined); // It is reported by the task that it ends.
    child.on('message', ([event, value]: Reply) =>
      event === 'error' ? fail(`failed: ${(value as Error).stack}`) : this.events.emit(event, value),
    );
    child.once('exit', (code, signal) => fail(`exited (${signal ?? code}).`));
    child.on('error', ({ message }) => fail(`cannot be reached: ${message}`));
  }

  /** @param profileFolder the folder for a CPU profile; if omitted, none is taken */
  static async start(subject: SubjectName, role: ProcessRole, number: number, profileFolder?: string) {
    const profile = [
      '--cpu-prof',
      `--cpu-prof-dir=${profileFolder}`,
      `--cpu-prof-name=${subject}-${role}-${number}.cpuprofile`,
    ];
    const child = fork(PROGRAM, [subject], {
      execArgv: ['--expose-gc', ...(profileFolder === undefined ? [] : profile)],
      stdio: ['ignore', 2, 2, 'ipc'],
      serialization: 'advanced',
      env: { ...process.env, NODE_ENV: 'production' },
    });
    const started = new BenchProcess(`The ${role} process ${number} of "${subject}"`, child);
    await started.next('ready', START_TIMEOUT);
    return started;
  }

  /** Does a task. @throws Error when it fails, takes too long, or the process ends */
  async run<Name extends TaskName>(task: Name, ...args: Arguments<Name>): Promise<Result<Name>> {
    const result = this.next('result', TASK_TIMEOUT, ` of "${task}"`);
    this.child.send([task, args]);
    return (await result) as Result<Name>;
  }

  /** Resolves when the last task is ready for the work of other processes. */
  async ready(): Promise<void> {
    await this.next('ready', START_TIMEOUT);
  }

  /** Ends the process normally, so that it can write its profile; kills it if that takes too long. */
  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exit = once(this.child, 'exit');
    this.child.disconnect();
    await pTimeout(exit, { milliseconds: STOP_TIMEOUT }).catch(() => this.child.kill('SIGKILL'));
  }

  private async next(event: Reply[0], milliseconds: number, detail = ''): Promise<unknown> {
    const message = `${this.label} sent no "${event}"${detail} within ${milliseconds} ms.`;
    const [value] = await pTimeout(once(this.events, event), { milliseconds, message });
    return value as unknown;
  }
}
