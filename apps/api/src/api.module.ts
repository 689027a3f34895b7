import { Module } from '@nestjs/common';
import { sharedBrokers } from '@repid/brokers';
import { RepidModule } from '@repid/nestjs';
import { RegistrationsController } from './registrations.controller.js';

/** Only produces: the actor is no provider here, so no job runs in this process. */
@Module({
  imports: [RepidModule.forRoot(sharedBrokers())],
  controllers: [RegistrationsController],
})
export class ApiModule {}
