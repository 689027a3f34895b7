import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import { ensureRedisServer } from './redis-server.mjs';
import { ROOT, setUp } from './setup.mjs';

ensureRedisServer();
setUp('apps/quickstart', 'apps/api', 'apps/worker', 'apps/examples', 'test/stress');

const vitest = spawn(
  process.execPath,
  [join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', ...process.argv.slice(2)],
  {
    cwd: ROOT,
    stdio: 'inherit',
  },
);
// Ctrl-C reaches vitest by itself.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => vitest.kill('SIGTERM'));
vitest.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
