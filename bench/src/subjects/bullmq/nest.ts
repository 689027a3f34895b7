import { Module, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { BullModule, OnWorkerEvent, Processor, WorkerHost } from '@nestjs/bullmq';
import type { Job } from 'bullmq';
import type { Note } from '../../payload.js';
import type { Handle, Outcome, Place, Subject } from '../subject.js';
import { produceByBullmq } from './bullmq.js';
import { connectionTo, QUEUE } from './connection.js';
import { workerOptionsFor } from './worker-options.js';

/** BullMQ by a processor of @nestjs/bullmq, with the settings of BullMQ alone. It has no DTOs. */
export const nestjsBullmq: Subject = {
  produce: produceByBullmq,

  async work(place, handle) {
    const count = { settled: 0 };
    const notes = processorOf(place, handle, count);
    const app = await NestFactory.createApplicationContext(BullWorkingModule.at(place, notes), {
      logger: ['warn', 'error'],
    });
    return { settled: () => count.settled, close: () => app.close() };
  },
};

/** A class for each worker, since decorators take its options. */
function processorOf(place: Place, handle: Handle, count: { settled: number }) {
  @Processor(QUEUE, workerOptionsFor(place))
  class Notes extends WorkerHost {
    override async process({ data }: Job<Note>): Promise<Outcome> {
      return handle(data);
    }

    @OnWorkerEvent('completed')
    settle(): void {
      count.settled += 1;
    }
  }
  return Notes;
}

@Module({})
class BullWorkingModule {
  static at(place: Place, notes: ReturnType<typeof processorOf>): DynamicModule {
    return {
      module: BullWorkingModule,
      imports: [BullModule.forRoot({ connection: connectionTo(place) }), BullModule.registerQueue({ name: QUEUE })],
      providers: [notes],
    };
  }
}
