import { Module, type DynamicModule } from '@nestjs/common';
import type { ConnectionOptions } from '../connection/index.js';
import { ConfigurableModuleClass, type ModuleExtras } from './configurable-module.js';

/** The options of `RepidModule.forRoot()`. */
export interface RepidModuleOptions extends ConnectionOptions, ModuleExtras {}

/**
 * Adds background jobs to an application. Import it once per connection, in the root module.
 *
 * Use `forRoot(options)`, or `forRootAsync({ useFactory | useClass | useExisting, inject, imports, name, isGlobal })`.
 * With `useClass` and `useExisting`, the class's `create()` returns the options. Options are validated at bootstrap.
 */
@Module({})
export class RepidModule extends ConfigurableModuleClass {
  /** @param options default: everything in memory */
  static override forRoot(options: RepidModuleOptions = {}): DynamicModule {
    return super.forRoot(options);
  }
}
