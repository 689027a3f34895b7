import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

/** The root of the repository. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The options of a program. It does not inherit variables that point to an existing Redis. */
export interface ProgramOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** The result of a program. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running program. It is killed at the end of the test if it still runs. */
export interface Program {
  readonly ended: Promise<Ended>;
  kill(signal: NodeJS.Signals): void;
}

/** Starts a Node program. @param script path relative to the repository root */
export function startProgram(script: string, options: ProgramOptions = {}): Program {
  const child = spawn(process.execPath, [script, ...(options.args ?? [])], {
    cwd: options.cwd ?? ROOT,
    env: { ...withoutRedis(process.env), ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return { ended: collect(child), kill: (signal) => void child.kill(signal) };
}

/** Runs a Node program and returns its result. */
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
