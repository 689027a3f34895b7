import { Inject, Injectable, Module, type DynamicModule } from '@nestjs/common';
import { Actor, Repid, RepidModule } from '@repid/nestjs';
import { IsInt, IsString } from 'class-validator';
import type { Handle, Outcome, Place, Subject } from '../subject.js';
import { brokersAt } from './brokers.js';
import { byDependencies, byFollowers } from './ways.js';
import { ACTOR, producerOf } from './producer.js';
import { startApp, workIn } from './app.js';

/** A Nest application: an actor found by its decorator, its payload a DTO that class-validator has checked. */
export const repid: Subject = {
  async produce(place) {
    const app = await startApp(ProducingModule.at(place));
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
    const app = await startApp(WorkingModule.at(place, handle));
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

@Module({})
class ProducingModule {
  static at(place: Place): DynamicModule {
    return { module: ProducingModule, imports: [RepidModule.forRoot(brokersAt(place))] };
  }
}

@Module({})
class WorkingModule {
  static at(place: Place, handle: Handle): DynamicModule {
    return {
      module: WorkingModule,
      imports: [RepidModule.forRoot(brokersAt(place))],
      providers: [Notes, { provide: HANDLE, useValue: handle }],
    };
  }
}
