import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { brokersFromEnvironment } from '@repid/brokers';
import { Actor, MessageDependency, Payload, Repid, RepidModule, RepidWorker } from '@repid/nestjs';

interface User {
  userId: number;
  username: string;
}

@Injectable()
class Users {
  @Actor({ channel: 'users' })
  async findUser(@Payload('username') username: string, @MessageDependency() msg: MessageDependency): Promise<void> {
    const user: User = { userId: 123, username };
    await msg.replyJson({ payload: user }); // publishes the reply and acknowledges the request atomically
  }
}

@Module({ imports: [RepidModule.forRoot(brokersFromEnvironment())], providers: [Users] })
class AppModule {}

const app = await NestFactory.createApplicationContext(AppModule, { logger: ['warn', 'error'] });
const working = app.get(RepidWorker).run({ messagesLimit: 1 });

const user = await app.get(Repid).request<User>({
  channel: 'users',
  payload: { username: 'Alex' },
  headers: { topic: 'findUser' },
});
console.log(`${user.username} has ID ${user.userId}`);

await working;
await app.close();
