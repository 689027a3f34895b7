import { Module, type DynamicModule } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { connectionExports, connectionProviders } from './connection-providers.js';

/** Provides one connection. */
@Module({})
export class RepidConnectionModule {
  /**
   * @param definition what provides the options
   * @param optionsToken where it does
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
