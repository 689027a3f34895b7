import { type INestApplicationContext, type ModuleMetadata } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { onTestFinished } from 'vitest';
import type { RepidModuleOptions } from './index.js';
import { RepidTestingModule } from './testing/index.js';

/** An application with these providers, on in-memory brokers; closed when the test has finished. */
export async function startApp(
  { providers, controllers, imports = [] }: ModuleMetadata,
  options: RepidModuleOptions = {},
): Promise<INestApplicationContext> {
  return startModule({ imports: [RepidTestingModule.forRoot(options), ...imports], providers, controllers });
}

/** An application made of exactly this. */
export async function startModule(metadata: ModuleMetadata): Promise<INestApplicationContext> {
  const module = await Test.createTestingModule(metadata).setLogger(SILENT).compile();
  const app = await module.init();
  onTestFinished(() => app.close());
  return app;
}

const SILENT = { log: () => {}, error: () => {}, warn: () => {}, debug: () => {} };
