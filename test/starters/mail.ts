import { CanActivate, ExecutionContext, Injectable, UseGuards } from '@nestjs/common';
import { Actor, Repid, chain } from '@repid/nestjs';
import { IsEmail, IsString } from 'class-validator';

export class Welcome {
  @IsEmail()
  to!: string;
}

export class Sent {
  @IsString()
  sentTo!: string;
}

@Injectable()
export class NobodyIsBlocked implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    return context.getType<string>() === 'repid';
  }
}

@Injectable()
export class Mail {
  readonly log: string[] = [];

  constructor(private readonly repid: Repid) {}

  @Actor()
  @UseGuards(NobodyIsBlocked)
  sendWelcome(welcome: Welcome): Sent {
    this.log.push(`sent to ${welcome.to}`);
    return { sentTo: welcome.to };
  }

  @Actor()
  remember(sent: Sent): string {
    this.log.push(`remembered ${sent.sentTo}`);
    return `Welcome, ${sent.sentTo}!`;
  }

  /** Enqueues both. Returns the last job. */
  async welcome(to: string) {
    const remember = this.repid.job<unknown, string>('remember');
    await this.repid.enqueue(chain([this.repid.job('sendWelcome', { args: { to } }), remember]));
    return remember;
  }
}
