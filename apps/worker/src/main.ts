import { NestFactory } from '@nestjs/core';
import { RepidWorker } from '@repid/nestjs';
import { WorkerModule } from './worker.module.js';

const app = await NestFactory.createApplicationContext(WorkerModule);

// Works until SIGINT or SIGTERM; then lets running jobs end, and gives back those that take too long.
await app.get(RepidWorker).run({ gracefulShutdownTime: process.env.GRACEFUL_SHUTDOWN_TIME });
await app.close();
