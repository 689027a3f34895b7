import { Module } from '@nestjs/common';
import { RepidModule } from '@repid/nestjs';
import { Mail } from './mail.js';

@Module({ imports: [RepidModule.forRoot()], providers: [Mail] })
export class MailModule {}
