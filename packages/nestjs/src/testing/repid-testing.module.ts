import { Module, type DynamicModule } from '@nestjs/common';
import { RepidModule, type RepidModuleOptions } from '../module/index.js';
import { Recorder } from './recorder.js';

/** Returns the token of a connection's recorder. */
export const getRecorderToken = (name: string): string => `repid:recorder:${name}`;

@Module({})
class RecorderModule {}

/** `RepidModule` for tests. It also records published messages for `sent()`. */
@Module({})
export class RepidTestingModule {
  /** @param options as for `RepidModule.forRoot()`. Default: everything in memory. */
  static forRoot({ name = 'default', isGlobal = true, ...options }: RepidModuleOptions = {}): DynamicModule {
    const token = getRecorderToken(name);
    // A provider, not an object created here: each application that uses this module needs its own recorder.
    const recording = { module: RecorderModule, providers: [{ provide: token, useClass: Recorder }], exports: [token] };
    const repid = RepidModule.forRootAsync({
      name,
      isGlobal,
      imports: [recording],
      inject: [token],
      useFactory: ({ middleware }: Recorder) => ({
        ...options,
        producerMiddlewares: [...(options.producerMiddlewares ?? []), middleware],
      }),
    });
    return { module: RepidTestingModule, imports: [recording, repid], exports: [repid] };
  }
}
