import { Body, Controller, Get, HttpCode, HttpStatus, NotFoundException, Param, Post } from '@nestjs/common';
import { Repid } from '@repid/nestjs';
import { Registration, type Registered, Registrations } from '@repid/registrations';

@Controller('registrations')
export class RegistrationsController {
  constructor(private readonly repid: Repid) {}

  /** Accepts a registration. Returns the id under which `GET` finds its result. */
  @Post()
  @HttpCode(HttpStatus.ACCEPTED)
  async register(@Body() registration: Registration): Promise<{ id: string }> {
    const { id } = await this.repid.actors(Registrations).register(registration);
    return { id };
  }

  /** Returns the state of a registration, and its result if it has finished. */
  @Get(':id')
  async find(@Param('id') id: string) {
    const job = this.repid.job<Registration, Registered>('register', { id, channel: 'registrations' });
    const { state } = await job.status();
    if (state === 'unknown') throw new NotFoundException(`Registration "${id}" does not exist.`);
    const bucket = await job.result();
    return { id, status: state, result: bucket?.data, exception: bucket?.exception };
  }
}
