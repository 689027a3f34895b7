import { Inject, Injectable } from '@nestjs/common';
import { chain, chord } from '@repid/core';
import { Actor, DependencyResults, MessageDependency, Payload, Repid } from '@repid/nestjs';
import { IsInt } from 'class-validator';
import { CHAIN_LENGTH, isEnd, type Link } from '../../payload.js';
import type { ChainMethod, Steps } from '../subject.js';
import { connect, workIn } from './app.js';

const STEP = 'step';
const GATHER = 'gather';
const STEPS = Symbol('steps');

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
  async start(settings) {
    const { repid, close } = await connect(settings);
    return { chains: (first) => repid.enqueue(first.map((args) => repid.job(STEP, { args }))), close };
  },

  work: (settings, steps) => workIn(settings, steps, [EnqueuingSteps, { provide: STEPS, useValue: steps }]),
};

@Injectable()
class EnqueuingSteps {
  constructor(
    @Inject(STEPS) private readonly steps: Steps,
    private readonly repid: Repid,
  ) {}

  @Actor()
  [STEP](@Payload() link: LinkDto, @MessageDependency() msg: MessageDependency): void {
    const args = this.steps.next(link);
    if (!isEnd(args)) msg.enqueue(this.repid.job(STEP, { args }));
  }
}

/** Declares all jobs together. A step takes the result of the previous one; the last job of a fan-in takes all results. */
export const dependsOn: ChainMethod = {
  async start(settings) {
    const { repid, close } = await connect(settings);
    return {
      chains: (first) => repid.enqueue(first.flatMap((args) => chainOf(repid, args))),
      fans: (fans) => repid.enqueue(fans.flatMap((links) => fanOf(repid, links))),
      close,
    };
  },

  work: (settings, steps) => workIn(settings, steps, [DependentSteps, { provide: STEPS, useValue: steps }]),
};

function chainOf(repid: Repid, args: Link) {
  const others = Array.from({ length: CHAIN_LENGTH - 1 }, () => repid.job(STEP));
  return chain([repid.job(STEP, { args }), ...others]);
}

/** The result of the last job is not stored: no job depends on it. */
function fanOf(repid: Repid, links: readonly Link[]) {
  const parts = links.map((args) => repid.job(STEP, { args }));
  return chord(parts, repid.job(GATHER, { storeResult: false }));
}

@Injectable()
class DependentSteps {
  constructor(@Inject(STEPS) private readonly steps: Steps) {}

  @Actor()
  [STEP](link: LinkDto): Link {
    return this.steps.next(link);
  }

  @Actor()
  [GATHER](@DependencyResults() links: Link[]): void {
    this.steps.gather(links);
  }
}
