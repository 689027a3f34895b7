import { ensureOwnRedisServer } from './redis-server.mjs';
import { setUp } from './setup.mjs';

// Always a server of its own, whatever REDIS_URL says: it is paused and killed.
delete process.env.REDIS_URL;
ensureOwnRedisServer();
setUp('test/stress');
await import('../test/stress/dist/main.js');
