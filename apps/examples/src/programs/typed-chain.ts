import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { brokersFromEnvironment } from '@repid/brokers';
import { Actor, chain, Repid, RepidModule, RepidWorker } from '@repid/nestjs';
import { IsInt, IsString } from 'class-validator';

class User {
  @IsString()
  name!: string;

  @IsInt()
  id!: number;
}

class Greeting {
  @IsString()
  text!: string;

  @IsInt()
  userId!: number;
}

@Injectable()
class Greeter {
  @Actor()
  addHello(user: User): Greeting {
    return { text: `Hello ${user.name}!`, userId: user.id };
  }

  @Actor()
  addId(greeting: Greeting): string {
    return `${greeting.text} Your id is ${greeting.userId}.`;
  }
}

@Module({ imports: [RepidModule.forRoot(brokersFromEnvironment())], providers: [Greeter] })
class AppModule {}

const app = await NestFactory.createApplicationContext(AppModule, { logger: ['warn', 'error'] });

const repid = app.get(Repid);
const { addHello, addId } = repid.actors(Greeter);
const last = addId.job(); // takes the result of the job before it
await repid.enqueue(chain(addHello.job({ name: 'Alex', id: 123 }), last)); // compiles because a Greeting fits addId
await app.get(RepidWorker).run({ messagesLimit: 2 });

const text: string = await last.waitUntilFinished();
console.log(text);
await app.close();
