import { Module, type DynamicModule } from '@nestjs/common';
import { RepidModule, type RepidModuleOptions } from '../module/index.js';
import { Recorder } from './recorder.js';

/** Where the recorder of a connection is provided. */
export const getRecorderToken = (name: string): string => `repid:recorder:${name}`;

@Module({})
class RecorderModule {}

/** `RepidModule` for tests: the same, and it keeps what is published for `sent()`. */
@Module({})
export class RepidTestingModule {
  /** @param options as for `RepidModule.forRoot()`; without a broker everything is in memory */
  static forRoot({ name = 'default', isGlobal = true, ...options }: RepidModuleOptions = {}): DynamicModule {
    const token = getRecorderToken(name);
    // A provider, not an object made here: two applications made of this module have a recorder each.
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
