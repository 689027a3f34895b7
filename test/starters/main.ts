import { NestFactory } from '@nestjs/core';
import { RepidWorker } from '@repid/nestjs';
import { Mail } from './mail.js';
import { MailModule } from './mail.module.js';

async function bootstrap() {
  const app = await NestFactory.createApplicationContext(MailModule, { logger: false });
  const job = await app.get(Mail).welcome('alex@example.org');
  await app.get(RepidWorker).run({ burst: true, handleSignals: [] });
  const result = await job.result();
  console.log(result?.data);
  await app.close();
}
void bootstrap();
