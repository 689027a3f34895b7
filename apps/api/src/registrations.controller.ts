import { Body, Controller, Get, HttpCode, HttpStatus, NotFoundException, Param, Post } from '@nestjs/common';
import { Repid } from '@repid/nestjs';
import { Registration, type Registered, Registrations } from '@repid/registrations';

@Controller('registrations')
export class RegistrationsController {
  constructor(private readonly repid: Repid) {}

  /** Accepts a registration; the answer says where to ask for its result. */
  @Post()
  @HttpCode(HttpStatus.ACCEPTED)
  async register(@Body() registration: Registration): Promise<{ id: string }> {
    const { id } = await this.repid.actors(Registrations).register(registration);
    return { id };
  }

  /** How far a registration is, and its result once there is one. */
  @Get(':id')
  async find(@Param('id') id: string) {
    const job = this.repid.job<Registration, Registered>('register', { id, channel: 'registrations' });
    const { state } = await job.status();
    if (state === 'unknown') throw new NotFoundException(`There is no registration "${id}".`);
    const bucket = await job.result();
    return { id, status: state, result: bucket?.data, exception: bucket?.exception };
  }
}
