import { NestFactory } from '@nestjs/core';
import { Repid, RepidWorker } from '@repid/nestjs';
import { AppModule } from './app.module.js';

const app = await NestFactory.createApplicationContext(AppModule, { logger: ['warn', 'error'] });
const repid = app.get(Repid);

await repid.job('addHello', { args: { userName: 'Alex', userId: 123 }, resultId: 'chained_id' }).enqueue();
await app.get(RepidWorker).run({ messagesLimit: 2 });

const result = await repid.job<unknown, string>('addId', { resultId: 'some_result_id' }).result();
console.log(result?.data);
await app.close();
