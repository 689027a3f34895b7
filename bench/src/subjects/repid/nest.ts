import { Inject, Injectable } from '@nestjs/common';
import { Actor } from '@repid/nestjs';
import { IsInt, IsString } from 'class-validator';
import type { Note } from '../../payload.js';
import type { Handler, Subject } from '../subject.js';
import { connect, HANDLER, workIn } from './app.js';
import { dependsOn, followers } from './chains.js';
import { ACTOR } from './connection.js';

/** A Nest application: an actor found by its decorator, its payload a DTO that class-validator has checked. */
export const subject: Subject = {
  async produce(settings) {
    const { repid, ...producer } = await connect(settings);
    const enqueue = repid.actors(Notes)[ACTOR];
    return {
      ...producer,
      send: settings.variant === 'bare' ? producer.send : (note) => enqueue(note as NoteDto),
      sendDelayed: (note, delay) => enqueue(note as NoteDto, { deferredUntil: new Date(Date.now() + delay) }),
    };
  },

  work: (settings, handler) => workIn(settings, handler, Notes),

  chainMethods: { followers, dependsOn },
};

class NoteDto implements Note {
  @IsInt()
  id!: number;

  @IsString()
  text!: string;
}

@Injectable()
class Notes {
  constructor(@Inject(HANDLER) private readonly handler: Handler) {}

  @Actor()
  [ACTOR](note: NoteDto): unknown {
    return this.handler.handle(note);
  }
}
