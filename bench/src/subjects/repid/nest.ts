import { Inject, Injectable } from '@nestjs/common';
import { Actor } from '@repid/nestjs';
import { IsInt, IsString } from 'class-validator';
import type { Handler, Subject } from '../subject.js';
import { connect, workIn } from './app.js';
import { dependsOn, followers } from './chains.js';
import { ACTOR, producerOf } from './connection.js';

/** A Nest application: an actor found by its decorator, its payload a DTO that class-validator has checked. */
export const repid: Subject = {
  async produce(settings) {
    const { repid: client, close } = await connect(settings);
    const enqueue = client.actors(Notes)[ACTOR];
    return {
      ...producerOf(client, settings, (note) => enqueue(note as NoteDto)),
      sendDelayed: (note, delay) => enqueue(note as NoteDto, { deferredUntil: new Date(Date.now() + delay) }),
      close,
    };
  },

  work: (settings, handler) => workIn(settings, handler, [Notes, { provide: HANDLER, useValue: handler }]),

  chainMethods: { followers, dependsOn },
};

class NoteDto {
  @IsInt()
  id!: number;

  @IsString()
  text!: string;
}

const HANDLER = Symbol('handler');

@Injectable()
class Notes {
  constructor(@Inject(HANDLER) private readonly handler: Handler) {}

  @Actor()
  [ACTOR](note: NoteDto): unknown {
    return this.handler.handle(note);
  }
}
