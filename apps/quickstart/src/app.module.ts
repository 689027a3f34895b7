import { Module } from '@nestjs/common';
import { brokersFromEnvironment } from '@repid/brokers';
import { RepidModule } from '@repid/nestjs';
import { Greeter } from './greeter.js';

@Module({
  imports: [RepidModule.forRoot(brokersFromEnvironment())], // in memory, or on Redis if REDIS_URL is set
  providers: [Greeter],
})
export class AppModule {}
