import { ensureOwnRedisServer } from './redis-server.mjs';
import { setUp } from './setup.mjs';

// Always a server of its own, whatever REDIS_URL says: it is flushed, and its CPU time is measured.
delete process.env.REDIS_URL;
ensureOwnRedisServer();
setUp('bench');
await import('../bench/dist/main.js');
