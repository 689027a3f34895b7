import { Module, type ModuleMetadata } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';

@Module({})
class AppModule {}

/** Starts a Nest application without HTTP, which logs only warnings and errors. */
export function startApp({ imports, providers }: ModuleMetadata) {
  return NestFactory.createApplicationContext({ module: AppModule, imports, providers }, { logger: ['warn', 'error'] });
}
