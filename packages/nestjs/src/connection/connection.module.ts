import { Module, type DynamicModule } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { connectionExports, connectionProviders } from './connection-providers.js';

/** Provides one connection. */
@Module({})
export class RepidConnectionModule {
  /**
   * @param definition the module that provides the options
   * @param optionsToken the token of the options
   */
  static for(name: string, isGlobal: boolean, definition: DynamicModule, optionsToken: string | symbol): DynamicModule {
    return {
      module: RepidConnectionModule,
      global: isGlobal,
      imports: [...(definition.imports ?? []), DiscoveryModule],
      providers: [...(definition.providers ?? []), ...connectionProviders(name, optionsToken)],
      exports: connectionExports(name),
    };
  }
}
