import { Injectable } from '@nestjs/common';
import { Actor, MessageDependency, Payload, Repid } from '@repid/nestjs';

@Injectable()
export class Greeter {
  constructor(private readonly repid: Repid) {}

  @Actor()
  async addHello(
    @Payload('userName') userName: string,
    @Payload('userId') userId: number,
    @MessageDependency() msg: MessageDependency,
  ): Promise<void> {
    msg.setResult({ userId, greetings: `Hello ${userName}!` });
    const next = this.repid.job('addId', { argsId: msg.parameters.result?.id, resultId: 'some_result_id' });
    msg.addCallback(next);
    await msg.ack(); // acknowledges, stores the result and publishes addId atomically
  }

  @Actor()
  addId(@Payload('userId') userId: number, @Payload('greetings') greetings: string): string {
    return `${greetings} Your id is ${userId}.`;
  }
}
