import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';

// Bootstrap checks depend on the type metadata that the compiler emits, and compilers differ.
const MODULES = fileURLToPath(new URL('../../../../node_modules', import.meta.url));
const OPTIONS =
  '--module nodenext --target es2023 --types node --strict --skipLibCheck --experimentalDecorators --emitDecoratorMetadata';

const PROGRAM = `
  import 'reflect-metadata';
  import { Module } from '@nestjs/common';
  import { NestFactory } from '@nestjs/core';
  import { Actor, MessageDependency, RepidModule } from '@repid/nestjs';

  class Decorated {
    @Actor()
    send(@MessageDependency() msg: MessageDependency): string {
      return msg.id;
    }
  }
  class Undecorated {
    @Actor()
    send(msg: MessageDependency): string {
      return msg.id;
    }
  }
  for (const type of [Decorated, Undecorated]) {
    @Module({ imports: [RepidModule.forRoot()], providers: [type] })
    class AppModule {}
    try {
      await (await NestFactory.createApplicationContext(AppModule, { logger: false, abortOnError: false })).close();
      console.log('started');
    } catch (error) {
      console.log((error as Error).message);
    }
  }
`;

it.each([
  ['TypeScript 7', '@typescript/native/bin/tsc'],
  ['TypeScript 6', 'typescript/bin/tsc6'],
])(
  'refuses a message parameter without the decorator in code compiled by %s',
  async (_version, compiler) => {
    const folder = mkdtempSync(join(tmpdir(), 'repid-compiled-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    symlinkSync(MODULES, join(folder, 'node_modules'));
    writeFileSync(join(folder, 'main.mts'), PROGRAM);

    await run(folder, join(MODULES, compiler), ...OPTIONS.split(' '), 'main.mts');

    expect((await run(folder, 'main.mjs')).split('\n')).toEqual([
      'started',
      'Parameter 0 ("msg") of actor "Undecorated.send" has the type MessageDependency but takes the payload. Decorate it with @MessageDependency().',
      '',
    ]);
  },
  60_000,
);

async function run(cwd: string, ...args: string[]): Promise<string> {
  return (await promisify(execFile)(process.execPath, args, { cwd })).stdout;
}
