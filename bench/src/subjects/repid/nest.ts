import { Inject, Injectable } from '@nestjs/common';
import { Actor, Repid } from '@repid/nestjs';
import { IsInt, IsString } from 'class-validator';
import type { Handle, Outcome, Subject } from '../subject.js';
import { byDependencies, byFollowers } from './ways.js';
import { ACTOR, producerOf } from './producer.js';
import { startApp, workIn } from './app.js';

/** A Nest application: an actor found by its decorator, its payload a DTO that class-validator has checked. */
export const repid: Subject = {
  async produce(place) {
    const app = await startApp(place);
    const client = app.get(Repid);
    await client.connect();
    const enqueue = client.actors(Notes)[ACTOR];
    return {
      ...producerOf(client, place, enqueue),
      sendLater: (note, delay) => enqueue(note, { deferredUntil: new Date(Date.now() + delay) }),
      close: () => app.close(),
    };
  },

  async work(place, handle) {
    const app = await startApp(place, [Notes, { provide: HANDLE, useValue: handle }]);
    return workIn(app, place, app.get(Notes));
  },

  ways: { followers: byFollowers, dependsOn: byDependencies },
};

class NoteDto {
  @IsInt()
  id!: number;

  @IsString()
  text!: string;
}

const HANDLE = Symbol('handle');

@Injectable()
class Notes {
  handled = 0;

  constructor(@Inject(HANDLE) private readonly handle: Handle) {}

  @Actor()
  [ACTOR](note: NoteDto): Outcome {
    this.handled += 1;
    return this.handle(note);
  }
}
