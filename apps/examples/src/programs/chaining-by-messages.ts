import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { brokersFromEnvironment } from '@repid/brokers';
import { Actor, MessageDependency, Payload, Repid, RepidModule, RepidWorker } from '@repid/nestjs';

@Injectable()
class Users {
  @Actor({ channel: 'registration' })
  async createUser(@Payload('username') username: string, @MessageDependency() msg: MessageDependency): Promise<void> {
    const userId = 123;
    console.log(`Created user ${username} with ID ${userId}`);
    await msg.sendMessageJson({
      channel: 'email',
      payload: { userId, username },
      headers: { topic: 'sendWelcomeEmail' },
    });
  } // acknowledges this message and publishes the e-mail's message atomically

  @Actor({ channel: 'email' })
  sendWelcomeEmail(@Payload('userId') userId: number, @Payload('username') username: string): void {
    console.log(`Sending welcome email to User #${userId} (${username})!`);
  }
}

@Module({ imports: [RepidModule.forRoot(brokersFromEnvironment())], providers: [Users] })
class AppModule {}

const app = await NestFactory.createApplicationContext(AppModule, { logger: ['warn', 'error'] });

await app.get(Repid).sendMessageJson({
  channel: 'registration',
  payload: { username: 'Alex' },
  headers: { topic: 'createUser' },
});
await app.get(RepidWorker).run({ messagesLimit: 2 });
await app.close();
