import { ConfigurableModuleBuilder, type DynamicModule, type Provider } from '@nestjs/common';
import { InvalidOptionError, show } from '@repid/core';
import type { Repid } from '../client/index.js';
import type { ConnectionOptions, ResolvedConnectionOptions } from '../connection/connection-options.js';
import { getConnectionToken, getOptionsToken } from '../connection/connection-providers.js';
import { RepidConnectionModule } from '../connection/connection.module.js';
import type { RepidConnection } from '../connection/repid-connection.js';
import { DEFAULT_CONNECTION, getRepidToken, getWorkerToken } from '../connection/tokens.js';
import type { RepidWorker } from '../worker/index.js';
import { WorkerLifecycle } from '../worker/worker-lifecycle.js';

/** Settings of a connection that are known synchronously, also with `forRootAsync`. */
export interface ModuleExtras {
  /** Name of the connection. Each additional connection needs its own. @default 'default' */
  name?: string;
  /** Whether its providers can be injected in every module. @default true */
  isGlobal?: boolean;
}

const OPTIONS = Symbol('repid:module-options');

export const { ConfigurableModuleClass } = new ConfigurableModuleBuilder<ConnectionOptions>({
  optionsInjectionToken: OPTIONS,
})
  .setClassMethodName('forRoot')
  .setExtras<ModuleExtras>({ name: DEFAULT_CONNECTION, isGlobal: true }, defineModule)
  .build();

/** `RepidModule` contains the worker's lifecycle only and imports the connection's module, which may be global. */
function defineModule(
  definition: DynamicModule,
  { name = DEFAULT_CONNECTION, isGlobal = true }: ModuleExtras,
): DynamicModule {
  checkExtras(name, isGlobal);
  return {
    module: definition.module,
    imports: [RepidConnectionModule.for(name, isGlobal, definition, OPTIONS)],
    providers: [lifecycleProvider(name)],
    exports: [RepidConnectionModule],
  };
}

function checkExtras(name: unknown, isGlobal: unknown): void {
  if (typeof name !== 'string' || name === '') {
    throw new InvalidOptionError(`Option "name" of RepidModule is ${show(name)}: expected a non-empty string.`);
  }
  if (typeof isGlobal !== 'boolean') {
    throw new InvalidOptionError(`Option "isGlobal" of RepidModule is ${show(isGlobal)}: expected true or false.`);
  }
}

function lifecycleProvider(name: string): Provider {
  return {
    provide: WorkerLifecycle,
    inject: [getRepidToken(name), getWorkerToken(name), getOptionsToken(name), getConnectionToken(name)],
    useFactory: (
      repid: Repid,
      worker: RepidWorker,
      { autorun, worker: options }: ResolvedConnectionOptions,
      connection: RepidConnection,
    ) => new WorkerLifecycle({ repid, worker, autorun, options, router: () => connection.router }),
  };
}
