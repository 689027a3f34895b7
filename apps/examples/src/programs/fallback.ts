import assert from 'node:assert/strict';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { brokersFromEnvironment } from '@repid/brokers';
import { Actor, Actors, onFailure, Payload, Repid, RepidModule, RepidWorker } from '@repid/nestjs';

@Injectable()
@Actors({ channel: 'fallbacks' })
class Tasks {
  @Actor()
  mainJob(@Payload('fails') fails: boolean): string {
    if (fails) throw new Error('The main job failed');
    return 'all is well';
  }

  @Actor()
  fallback(): void {
    console.log('Fallback: handling failed job gracefully');
  }
}

@Module({ imports: [RepidModule.forRoot(brokersFromEnvironment())], providers: [Tasks] })
class AppModule {}

const app = await NestFactory.createApplicationContext(AppModule, { logger: false }); // the failure would be logged
const repid = app.get(Repid);
const channel = 'fallbacks';

/** Runs the main job, and the fallback if it fails. Returns the state of the fallback. */
async function runMainJob(args: { fails: boolean }): Promise<string> {
  const main = repid.job('mainJob', { channel, args });
  const fallback = repid.job('fallback', { channel, dependsOn: onFailure(main) });
  await repid.enqueue([main, fallback]);
  await app.get(RepidWorker).run({ messagesLimit: args.fails ? 2 : 1 });
  return (await fallback.status()).state;
}

assert.equal(await runMainJob({ fails: true }), 'succeeded');
assert.equal(await runMainJob({ fails: false }), 'skipped'); // so it prints nothing

await repid.channel(channel).delete(); // including the main job's dead letter
await app.close();
