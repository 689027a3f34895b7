import { setTimeout as work } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Actor, MessageDependency, Payload } from '@repid/nestjs';
import { Registration, type Registered } from './registration.js';

/** The API enqueues this actor's jobs, and the worker runs them. Both import this class. */
@Injectable()
export class Registrations {
  /** Duration of a registration, in milliseconds. */
  private readonly workTime = Number(process.env.WORK_TIME ?? 500);

  @Actor({ channel: 'registrations' })
  async register(
    @Payload() registration: Registration,
    @MessageDependency() msg: MessageDependency,
  ): Promise<Registered> {
    await work(this.workTime, undefined, { signal: msg.signal });
    return { username: registration.username, greeting: `Welcome, ${registration.username}!` };
  }
}
