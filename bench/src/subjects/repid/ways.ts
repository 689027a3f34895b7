import { Inject, Injectable, type Type } from '@nestjs/common';
import { chain, chord } from '@repid/core';
import { Actor, DependencyResults, MessageDependency, Payload, Repid } from '@repid/nestjs';
import { IsInt } from 'class-validator';
import { CHAIN_LENGTH, isEnd, type Link } from '../../links.js';
import type { Place } from '../subject.js';
import type { Starter, Steps, Way } from '../way.js';
import { startApp, workIn } from './app.js';

const STEP = 'step';
const GATHER = 'gather';

/** A step enqueues the next one, committed with its own settlement. Nothing is stored. */
export const byFollowers: Way = {
  async start(place) {
    const { repid, close } = await connect(place);
    return { chains: (first) => repid.enqueue(first.map((args) => repid.job(STEP, { args }))), close };
  },

  work: (place, steps) => workBy(FollowedSteps, place, steps),
};

/** All is declared at once: a step takes the result of the one before, and what gathers those of all parts. */
export const byDependencies: Way = {
  async start(place): Promise<Starter> {
    const { repid, close } = await connect(place);
    return {
      chains: (first) => repid.enqueue(first.flatMap((args) => chainOf(repid, args))),
      fans: (fans) => repid.enqueue(fans.flatMap((links) => fanOf(repid, links))),
      close,
    };
  },

  work: (place, steps) => workBy(AwaitedSteps, place, steps),
};

function chainOf(repid: Repid, args: Link) {
  const others = Array.from({ length: CHAIN_LENGTH - 1 }, () => repid.job(STEP));
  return chain([repid.job(STEP, { args }), ...others]);
}

/** What has gathered is not stored: nobody waits for it. */
function fanOf(repid: Repid, links: readonly Link[]) {
  const parts = links.map((args) => repid.job(STEP, { args }));
  return chord(parts, repid.job(GATHER, { storeResult: false }));
}

class LinkDto implements Link {
  @IsInt()
  chain!: number;

  @IsInt()
  step!: number;

  @IsInt()
  value!: number;
}

const STEPS = Symbol('steps');

@Injectable()
class FollowedSteps {
  handled = 0;

  constructor(
    @Inject(STEPS) private readonly steps: Steps,
    private readonly repid: Repid,
  ) {}

  @Actor()
  [STEP](@Payload() link: LinkDto, @MessageDependency() msg: MessageDependency): void {
    this.handled += 1;
    const args = this.steps.next(link);
    if (!isEnd(args)) msg.enqueue(this.repid.job(STEP, { args }));
  }
}

@Injectable()
class AwaitedSteps {
  handled = 0;

  constructor(@Inject(STEPS) private readonly steps: Steps) {}

  @Actor()
  [STEP](link: LinkDto): Link {
    this.handled += 1;
    return this.steps.next(link);
  }

  @Actor()
  [GATHER](@DependencyResults() links: Link[]): void {
    this.handled += 1;
    this.steps.gather(links);
  }
}

async function connect(place: Place) {
  const app = await startApp(place);
  const repid = app.get(Repid);
  await repid.connect();
  return { repid, close: () => app.close() };
}

async function workBy(actors: Type<{ readonly handled: number }>, place: Place, steps: Steps) {
  const app = await startApp(place, [actors, { provide: STEPS, useValue: steps }]);
  return workIn(app, place, app.get(actors));
}
