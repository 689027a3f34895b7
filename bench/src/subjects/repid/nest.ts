import { Inject, Injectable, Module, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Actor, Repid, RepidModule, RepidWorker } from '@repid/nestjs';
import { IsInt, IsString } from 'class-validator';
import type { Handle, Outcome, Place, Subject } from '../subject.js';
import { brokersAt } from './brokers.js';
import { ACTOR, producerOf } from './producer.js';

/** A Nest application: an actor found by its decorator, its payload a DTO that class-validator has checked. */
export const repid: Subject = {
  async produce(place) {
    const app = await start(ProducingModule.at(place));
    const client = app.get(Repid);
    await client.connect();
    const enqueue = client.actors(Notes)[ACTOR];
    return { ...producerOf(client, place.variant, enqueue), close: () => app.close() };
  },

  async work(place, handle) {
    const app = await start(WorkingModule.at(place, handle));
    const worker = app.get(RepidWorker);
    const work = worker.run({ concurrency: place.concurrency, handleSignals: [] });
    const notes = app.get(Notes);
    return {
      settled: () => notes.handled - worker.inFlight,
      async close() {
        await worker.stop();
        await work;
        await app.close();
      },
    };
  },
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

function start(module: DynamicModule) {
  return NestFactory.createApplicationContext(module, { logger: ['warn', 'error'] });
}
