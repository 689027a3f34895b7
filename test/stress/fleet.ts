import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Random } from './random.js';
import { until } from './until.js';
import type { WorkerSettings } from './worker.js';

const PROGRAM = fileURLToPath(new URL('worker.js', import.meta.url));
const READY_WITHIN = 60_000;

/** How a fleet is made up. */
export interface FleetOptions {
  /** Where each of its workers finds Redis. There are as many workers. */
  readonly urls: readonly string[];
  readonly settings: Omit<WorkerSettings, 'url'>;
  /** The file that what they say on stderr is added to. */
  readonly log: string;
  /** Whether a worker may end in this way by itself. @default none may */
  readonly mayEnd?: (code: number | null, signal: NodeJS.Signals | null) => boolean;
}

/** Worker processes, always so many; one that ends is replaced. */
export class Fleet {
  /** Workers killed so far, each while it was taking messages. */
  kills = 0;
  /** Workers that ended by themselves, as they may. */
  ended = 0;
  /** How those ended that should not have. */
  readonly deaths: string[] = [];
  private readonly workers = new Set<ChildProcess>();
  private readonly ready = new Set<ChildProcess>();
  private readonly condemned = new Set<ChildProcess>();
  private readonly log: number;
  private isStopping = false;

  constructor(private readonly options: FleetOptions) {
    this.log = openSync(options.log, 'a');
    for (const url of options.urls) this.launch(url);
  }

  /** Kills one, by chance, as soon as there is one that works. */
  async killOne(random: Random): Promise<void> {
    await until(() => this.ready.size > 0, { what: 'a worker is ready', limit: READY_WITHIN });
    const victim = random.pick([...this.ready]);
    this.ready.delete(victim);
    this.condemned.add(victim);
    const ended = once(victim, 'exit');
    victim.kill('SIGKILL');
    this.kills += 1;
    await ended;
  }

  async stop(): Promise<void> {
    this.isStopping = true;
    const ended = [...this.workers].map((worker) => once(worker, 'exit'));
    for (const worker of this.workers) worker.kill('SIGKILL');
    await Promise.all(ended);
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
      this.note(worker, code, signal);
      this.launch(url);
    });
  }

  private note(worker: ChildProcess, code: number | null, signal: NodeJS.Signals | null): void {
    if (this.condemned.delete(worker)) return;
    if (this.options.mayEnd?.(code, signal)) this.ended += 1;
    else this.deaths.push(`worker ${worker.pid} ended with ${signal ?? `code ${code}`}`);
  }
}
