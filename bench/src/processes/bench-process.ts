import { createBirpc, type BirpcReturn } from 'birpc';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { SubjectName } from '../subjects/catalogue.js';
import type { Tasks } from '../tasks/index.js';

const PROGRAM = fileURLToPath(new URL('child.js', import.meta.url));
const TASK_TIMEOUT = 150_000;
const STOP_TIMEOUT = 10_000;

/** A child process that loads one subject and does one task at a time. It ends with its parent. */
export interface BenchProcess {
  /** They fail if they take too long, or if the process ends. */
  readonly tasks: BirpcReturn<Tasks>;
  /** Ends the process normally, so that it can write its profile; kills it if that takes too long. */
  stop(): Promise<void>;
}

/**
 * @param name a name for the process, and for its CPU profile
 * @param profileFolder the folder for the CPU profile; if omitted, none is taken
 */
export async function startProcess(subject: SubjectName, name: string, profileFolder?: string): Promise<BenchProcess> {
  const profile = ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`, `--cpu-prof-name=${name}.cpuprofile`];
  const child = fork(PROGRAM, [subject], {
    execArgv: ['--expose-gc', ...(profileFolder === undefined ? [] : profile)],
    stdio: ['ignore', 2, 2, 'ipc'],
    serialization: 'advanced',
    env: { ...process.env, NODE_ENV: 'production' },
  });
  const tasks = createBirpc<Tasks>(
    {},
    {
      post: (message) => child.send(message),
      on: (receive) => child.on('message', receive),
      timeout: TASK_TIMEOUT,
      onTimeoutError: (task) => {
        throw new Error(`${name} did not end its task "${task}" within ${TASK_TIMEOUT} ms.`);
      },
    },
  );
  child.once('exit', (code, signal) => tasks.$close(new Error(`${name} exited (${signal ?? code}).`)));
  await tasks.load();
  return { tasks, stop: () => stop(child) };
}

async function stop(child: ChildProcess): Promise<void> {
  if (!child.connected) return;
  const kill = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT);
  child.disconnect();
  await once(child, 'exit');
  clearTimeout(kill);
}
