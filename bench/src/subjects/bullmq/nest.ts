import { BullModule, OnWorkerEvent, Processor, WorkerHost } from '@nestjs/bullmq';
import type { Job } from 'bullmq';
import type { Message } from '../../payload.js';
import { startApp } from '../nest-app.js';
import type { Handler, QueueSettings, Subject } from '../subject.js';
import { produce } from './bullmq.js';
import { connectionTo, QUEUE, workerOptionsOf } from './connection.js';

/** BullMQ by a processor of @nestjs/bullmq, with the settings of BullMQ alone. It has no DTOs. */
export const subject: Subject = {
  produce,

  async work(settings, handler) {
    const Notes = processorFor(settings, handler);
    const app = await startApp({
      imports: [BullModule.forRoot({ connection: connectionTo(settings) }), BullModule.registerQueue({ name: QUEUE })],
      providers: [Notes],
    });
    const notes = app.get(Notes);
    return { settled: () => notes.settled, close: () => app.close() };
  },
};

/** A class for each worker, since decorators take its options. */
function processorFor(settings: QueueSettings, handler: Handler) {
  @Processor(QUEUE, workerOptionsOf(settings))
  class Notes extends WorkerHost {
    settled = 0;

    override async process({ data }: Job<Message>): Promise<unknown> {
      return handler.handle(data);
    }

    @OnWorkerEvent('completed')
    settle(): void {
      this.settled += 1;
    }
  }
  return Notes;
}
