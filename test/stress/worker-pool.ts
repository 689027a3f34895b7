import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Random } from './random.js';
import { until } from './until.js';
import type { WorkerSettings } from './worker.js';

const PROGRAM = fileURLToPath(new URL('worker.js', import.meta.url));
const READY_TIMEOUT = 60_000;

/** The options of a `WorkerPool`. */
export interface WorkerPoolOptions {
  /** The Redis URL of each worker. The pool has one worker per URL. */
  readonly urls: readonly string[];
  readonly settings: Omit<WorkerSettings, 'url'>;
  /** The file to which the workers' stderr is appended. */
  readonly log: string;
  /** Returns true for an exit that is part of the run. @default none */
  readonly isExpectedExit?: (code: number | null, signal: NodeJS.Signals | null) => boolean;
}

/** A fixed number of worker processes. A worker that exits is replaced. */
export class WorkerPool {
  /** Number of workers killed so far, each while it was taking messages. */
  kills = 0;
  /** Number of workers that exited in an expected way. */
  expectedExits = 0;
  /** Descriptions of the unexpected exits. */
  readonly unexpectedExits: string[] = [];
  private readonly workers = new Set<ChildProcess>();
  private readonly ready = new Set<ChildProcess>();
  private readonly killed = new Set<ChildProcess>();
  private readonly log: number;
  private isStopping = false;

  constructor(private readonly options: WorkerPoolOptions) {
    this.log = openSync(options.log, 'a');
    for (const url of options.urls) this.launch(url);
  }

  /** Resolves when all workers take messages. */
  async untilReady(): Promise<void> {
    const areReady = (): boolean => this.ready.size === this.options.urls.length;
    await until(areReady, { description: 'all workers are ready', timeout: READY_TIMEOUT });
  }

  /** Waits for a ready worker, then kills a random one. */
  async killOne(random: Random): Promise<void> {
    await until(() => this.ready.size > 0, { description: 'a worker is ready', timeout: READY_TIMEOUT });
    const worker = random.pick([...this.ready]);
    this.ready.delete(worker);
    this.killed.add(worker);
    const exited = once(worker, 'exit');
    worker.kill('SIGKILL');
    this.kills += 1;
    await exited;
  }

  async stop(): Promise<void> {
    this.isStopping = true;
    const exited = [...this.workers].map((worker) => once(worker, 'exit'));
    for (const worker of this.workers) worker.kill('SIGKILL');
    await Promise.all(exited);
  }

  private launch(url: string): void {
    const settings = JSON.stringify({ ...this.options.settings, url });
    const worker = spawn(process.execPath, [PROGRAM, settings], { stdio: ['pipe', 'pipe', this.log] });
    this.workers.add(worker);
    worker.stdout!.on('data', () => this.ready.add(worker));
    worker.once('exit', (code, signal) => {
      this.workers.delete(worker);
      this.ready.delete(worker);
      if (this.isStopping) return;
      this.recordExit(worker, code, signal);
      this.launch(url);
    });
  }

  private recordExit(worker: ChildProcess, code: number | null, signal: NodeJS.Signals | null): void {
    if (this.killed.delete(worker)) return;
    if (this.options.isExpectedExit?.(code, signal)) this.expectedExits += 1;
    else this.unexpectedExits.push(`worker ${worker.pid} exited with ${signal ?? `code ${code}`}`);
  }
}
