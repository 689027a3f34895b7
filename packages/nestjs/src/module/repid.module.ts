import { Module, type DynamicModule } from '@nestjs/common';
import type { ConnectionOptions } from '../connection/index.js';
import { ConfigurableModuleClass, type ModuleExtras } from './configurable-module.js';

/** What `RepidModule.forRoot()` takes. */
export interface RepidModuleOptions extends ConnectionOptions, ModuleExtras {}

/**
 * Brings background jobs into an application. Import it once per connection, in the root module.
 *
 * `forRoot(options)` and `forRootAsync({ useFactory | useClass | useExisting, inject, imports, name, isGlobal })`; with
 * `useClass` and `useExisting` the options are what the class's `create()` answers. Options are checked at bootstrap.
 */
@Module({})
export class RepidModule extends ConfigurableModuleClass {
  /** Without options: everything in memory. */
  static override forRoot(options: RepidModuleOptions = {}): DynamicModule {
    return super.forRoot(options);
  }
}
