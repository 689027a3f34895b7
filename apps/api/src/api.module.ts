import { Module } from '@nestjs/common';
import { sharedBrokers } from '@repid/brokers';
import { RepidModule } from '@repid/nestjs';
import { RegistrationsController } from './registrations.controller.js';

/** Only enqueues: this process does not provide the actor, so it runs no jobs. */
@Module({
  imports: [RepidModule.forRoot(sharedBrokers())],
  controllers: [RegistrationsController],
})
export class ApiModule {}
