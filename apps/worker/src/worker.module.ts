import { Module } from '@nestjs/common';
import { sharedBrokers } from '@repid/brokers';
import { RepidModule } from '@repid/nestjs';
import { Registrations } from '@repid/registrations';

@Module({
  imports: [RepidModule.forRoot(sharedBrokers())],
  providers: [Registrations],
})
export class WorkerModule {}
