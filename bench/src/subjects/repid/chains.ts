import { Inject, Injectable } from '@nestjs/common';
import { chain, chord } from '@repid/core';
import { Actor, DependencyResults, MessageDependency, Payload, Repid } from '@repid/nestjs';
import { IsInt } from 'class-validator';
import { CHAIN_LENGTH, type Link, type Message } from '../../payload.js';
import type { ChainMethod, Handler } from '../subject.js';
import { connect, HANDLER, workIn } from './app.js';
import { ACTOR } from './connection.js';

const GATHER = 'gather';

class LinkDto implements Link {
  @IsInt()
  id!: number;

  @IsInt()
  step!: number;

  @IsInt()
  value!: number;
}

/** A step enqueues the next one, committed with its own settlement. Nothing is stored. */
export const followers: ChainMethod = {
  produce: connect,
  work: (settings, handler) => workIn(settings, handler, EnqueuingSteps),
};

@Injectable()
class EnqueuingSteps {
  constructor(
    @Inject(HANDLER) private readonly handler: Handler,
    private readonly repid: Repid,
  ) {}

  @Actor()
  [ACTOR](@Payload() link: LinkDto, @MessageDependency() msg: MessageDependency): void {
    this.handler.handle(link, (args) => msg.enqueue(this.repid.job(ACTOR, { args })));
  }
}

/** Declares all jobs together. A step takes the result of the previous one; the last job of a fan-in takes all results. */
export const dependsOn: ChainMethod = {
  async produce(settings) {
    const { repid, close } = await connect(settings);
    return {
      sendAll: (first) => repid.enqueue(first.flatMap((args) => chainOf(repid, args))),
      sendFans: (fans) => repid.enqueue(fans.flatMap((links) => fanOf(repid, links))),
      close,
    };
  },

  work: (settings, handler) => workIn(settings, handler, DependentSteps),
};

function chainOf(repid: Repid, args: Message) {
  const others = Array.from({ length: CHAIN_LENGTH - 1 }, () => repid.job(ACTOR));
  return chain([repid.job(ACTOR, { args }), ...others]);
}

/** The result of the last job is not stored: no job depends on it. */
function fanOf(repid: Repid, links: readonly Link[]) {
  const parts = links.map((args) => repid.job(ACTOR, { args }));
  return chord(parts, repid.job(GATHER, { storeResult: false }));
}

@Injectable()
class DependentSteps {
  constructor(@Inject(HANDLER) private readonly handler: Handler) {}

  @Actor()
  [ACTOR](link: LinkDto): unknown {
    return this.handler.handle(link);
  }

  @Actor()
  [GATHER](@DependencyResults() links: Link[]): void {
    this.handler.gather?.(links);
  }
}
