import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Random } from './random.js';

const PROGRAM = fileURLToPath(new URL('worker.js', import.meta.url));
const LOOK_EVERY = 10;
const READY_WITHIN = 60_000;

/** Worker processes, always so many; one that ends is replaced. */
export class Fleet {
  /** Workers killed so far, each while it was taking messages. */
  kills = 0;
  private readonly workers = new Set<ChildProcess>();
  private readonly ready = new Set<ChildProcess>();
  private isStopping = false;

  /** @param args for the program */
  constructor(
    size: number,
    private readonly args: readonly string[],
  ) {
    for (let n = 0; n < size; n += 1) this.launch();
  }

  /** Kills one, by chance, as soon as there is one that works. */
  async killOne(random: Random): Promise<void> {
    await this.untilReady();
    const victim = random.pick([...this.ready]);
    this.ready.delete(victim);
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

  private async untilReady(): Promise<void> {
    const deadline = Date.now() + READY_WITHIN;
    while (this.ready.size === 0) {
      if (Date.now() > deadline) throw new Error(`No worker was ready within ${READY_WITHIN} ms.`);
      await sleep(LOOK_EVERY);
    }
  }

  private launch(): void {
    const worker = spawn(process.execPath, [PROGRAM, ...this.args], { stdio: ['pipe', 'pipe', 'ignore'] });
    this.workers.add(worker);
    worker.stdout.on('data', () => this.ready.add(worker));
    worker.once('exit', () => {
      this.workers.delete(worker);
      this.ready.delete(worker);
      if (!this.isStopping) this.launch();
    });
  }
}
