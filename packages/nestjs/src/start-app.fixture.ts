import { type INestApplicationContext, type ModuleMetadata } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { onTestFinished } from 'vitest';
import type { RepidModuleOptions } from './index.js';
import { RepidTestingModule } from './testing/index.js';

/** Starts an application with these providers and in-memory brokers. It is closed when the test finishes. */
export async function startApp(
  { providers, controllers, imports = [] }: ModuleMetadata,
  options: RepidModuleOptions = {},
): Promise<INestApplicationContext> {
  return startModule({ imports: [RepidTestingModule.forRoot(options), ...imports], providers, controllers });
}

/** Starts an application with exactly this metadata. It is closed when the test finishes. */
export async function startModule(metadata: ModuleMetadata): Promise<INestApplicationContext> {
  const module = await Test.createTestingModule(metadata).setLogger(SILENT).compile();
  const app = await module.init();
  onTestFinished(() => app.close());
  return app;
}

const SILENT = { log: () => {}, error: () => {}, warn: () => {}, debug: () => {} };
