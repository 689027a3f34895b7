import { Injectable } from '@nestjs/common';
import type { OutgoingMessage, ProducerMiddleware } from '@repid/core';

/** Keeps what a connection publishes. */
@Injectable()
export class Recorder {
  readonly messages: OutgoingMessage[] = [];

  /** Notes messages once they are published, or taken into a settlement. */
  readonly middleware: ProducerMiddleware = async (messages, next) => {
    await next();
    this.messages.push(...messages);
  };
}
