// CommonJS, as in Nest 11's starter. nest-11.test.ts compiles and runs it.
import {
  type CanActivate,
  type ExecutionContext,
  Injectable,
  type PipeTransform,
  type Type,
  UseGuards,
} from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { Actor, type Job, MessageDependency, MessageHeader, Payload, Repid, runOf } from '@repid/nestjs';
import { drain, RepidTestingModule } from '@repid/nestjs/testing';

@Injectable()
class TenantGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    return runOf(context).message.headers['tenant'] === 'blue';
  }
}

@Injectable()
class Upper implements PipeTransform<string, string> {
  transform(text: string): string {
    return text.toUpperCase();
  }
}

const Post = (() => {
  @UseGuards(TenantGuard)
  class Mail {
    @Actor({ channel: 'post' })
    send(@Payload('to', Upper) to: string): string {
      return `by post to ${to}`;
    }
  }
  return Mail;
})();

const Electronic = (() => {
  @UseGuards(TenantGuard)
  class Mail {
    @Actor({ channel: 'electronic' })
    send(
      @MessageDependency() msg: MessageDependency,
      @MessageHeader('tenant') tenant: string,
      @Payload('subject', Upper) subject: string,
    ): string {
      return `${subject} for ${tenant} on ${msg.channel}`;
    }
  }
  return Mail;
})();

async function main(): Promise<void> {
  const providers: Type[] = [Post, Electronic];
  const module = await Test.createTestingModule({ imports: [RepidTestingModule.forRoot()], providers }).compile();
  const app = await module.init();
  const repid = app.get(Repid);
  const [blue, red] = [{ headers: { tenant: 'blue' } }, { headers: { tenant: 'red' } }];
  const jobs: Job[] = [
    await repid.actors(Post).send('Alex', blue),
    await repid.actors(Electronic).send({ subject: 'hello' }, blue),
    await repid.actors(Electronic).send({ subject: 'hello' }, red),
  ];
  await drain(app);
  for (const job of jobs) {
    const result = await job.result();
    console.log(result?.success ? result.data : result?.exception);
  }
  await app.close();
}

void main();
