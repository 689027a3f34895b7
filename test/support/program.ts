import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

/** The root of the repository. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** What a program is given. Variables that would lead it to a Redis of others are not passed on. */
export interface ProgramOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** What a program has left behind. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program in a process of its own. It is killed, where it still runs, when the test has finished. */
export interface Program {
  readonly ended: Promise<Ended>;
  kill(signal: NodeJS.Signals): void;
}

/** Starts a Node program; `script` is a path from the root. */
export function startProgram(script: string, options: ProgramOptions = {}): Program {
  const child = spawn(process.execPath, [script, ...(options.args ?? [])], {
    cwd: options.cwd ?? ROOT,
    env: { ...withoutRedis(process.env), ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return { ended: collect(child), kill: (signal) => void child.kill(signal) };
}

/** Runs a Node program to its end. */
export function runProgram(script: string, options: ProgramOptions = {}): Promise<Ended> {
  return startProgram(script, options).ended;
}

async function collect(child: ChildProcess): Promise<Ended> {
  const output = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return { code, signal, ...output };
}

function withoutRedis({ REDIS_URL, REDIS_CONNECTION, REDIS_ARGS_CONNECTION, ...env }: NodeJS.ProcessEnv) {
  return env;
}
