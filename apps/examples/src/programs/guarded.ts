import {
  type CallHandler,
  type CanActivate,
  type ExecutionContext,
  Inject,
  Injectable,
  Module,
  type NestInterceptor,
  type PipeTransform,
  Scope,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { NestFactory, REQUEST } from '@nestjs/core';
import { brokersFromEnvironment } from '@repid/brokers';
import { Actor, Actors, MessageDependency, Payload, Repid, RepidModule, RepidWorker, runOf } from '@repid/nestjs';
import { map } from 'rxjs';

const channel = 'guarded';

@Injectable({ scope: Scope.REQUEST })
class Tenant {
  readonly name: string;

  constructor(@Inject(REQUEST) message: MessageDependency) {
    this.name = message.headers['tenant'] ?? 'guest';
  }
}

class MembersOnly implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    return runOf(context).message.headers['tenant'] !== undefined;
  }
}

class WithTenant implements NestInterceptor<number, string> {
  intercept(context: ExecutionContext, next: CallHandler<number>) {
    return next.handle().pipe(map((value) => `${runOf(context).message.headers['tenant']}: ${value}`));
  }
}

class Positive implements PipeTransform<number, number> {
  transform(value: number): number {
    return Math.abs(value);
  }
}

@Injectable()
@Actors({ channel })
@UseGuards(MembersOnly)
@UseInterceptors(WithTenant)
class Calculator {
  constructor(private readonly tenant: Tenant) {}

  @Actor()
  multiply(@Payload('factor', Positive) factor: number): number {
    return factor * this.tenant.name.length;
  }
}

@Module({ imports: [RepidModule.forRoot(brokersFromEnvironment())], providers: [Tenant, Calculator] })
class AppModule {}

const app = await NestFactory.createApplicationContext(AppModule, { logger: false }); // the refusal would be logged
const [repid, worker] = [app.get(Repid), app.get(RepidWorker)];

const headers = { tenant: 'acme' };
const ofMember = repid.job<unknown, string>('multiply', { channel, args: { factor: -10.5 }, headers });
const ofGuest = repid.job('multiply', { channel, args: { factor: 1 }, retries: 3 });
await repid.enqueue([ofMember, ofGuest]);
await worker.run({ burst: true });
console.log(await ofMember.waitUntilFinished());

const [letter] = await repid.channel(channel).deadLetters();
const wasRetried = (letter?.reason.attempts ?? 0) > 1;
console.log(`A guest was refused: ${letter ? 'dead-lettered' : 'lost'}, ${wasRetried ? 'retried' : 'not retried'}.`);

await repid.channel(channel).delete();
await app.close();
