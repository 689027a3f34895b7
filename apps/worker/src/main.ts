import { NestFactory } from '@nestjs/core';
import { RepidWorker } from '@repid/nestjs';
import { WorkerModule } from './worker.module.js';

const app = await NestFactory.createApplicationContext(WorkerModule);

// Runs until SIGINT or SIGTERM. Then waits for running jobs, and returns those that take too long to their channels.
await app.get(RepidWorker).run({ gracefulShutdownTime: process.env.GRACEFUL_SHUTDOWN_TIME });
await app.close();
