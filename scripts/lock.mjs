import { readFileSync, rmSync, writeFileSync } from 'node:fs';

const PAUSE = 100;

/**
 * Runs `work` while no other process holds the lock; `npm run api` and `npm run worker` may be started side by side on
 * a fresh clone. The lock of a process that died is taken over.
 *
 * @param {string} path the lock file
 * @param {() => void} work
 */
export function withLock(path, work) {
  while (!take(path)) wait();
  const release = () => rmSync(path, { force: true });
  process.once('exit', release);
  try {
    work();
  } finally {
    release();
    process.off('exit', release);
  }
}

function take(path) {
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    if (!isAlive(holderOf(path))) rmSync(path, { force: true });
    return false;
  }
}

function holderOf(path) {
  try {
    return Number(readFileSync(path, 'utf8'));
  } catch {
    return 0;
  }
}

// 0 stands for a holder that is just writing its name, or has just gone: look again.
function isAlive(pid) {
  if (pid === 0) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function wait() {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE);
}
