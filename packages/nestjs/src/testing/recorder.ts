import { Injectable } from '@nestjs/common';
import type { OutgoingMessage, ProducerMiddleware } from '@repid/core';

/** Records the messages that a connection publishes. */
@Injectable()
export class Recorder {
  readonly messages: OutgoingMessage[] = [];

  /** Records messages once they are published, or added to a settlement. */
  readonly middleware: ProducerMiddleware = async (messages, next) => {
    await next();
    this.messages.push(...messages);
  };
}
