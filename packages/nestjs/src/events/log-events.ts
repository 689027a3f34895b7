import { Logger } from '@nestjs/common';
import { describeEvent, type EventListener } from '@repid/core';

/** Writes events to Nest's logger under the context `Repid`. */
export function logEvents(logger: Logger = new Logger('Repid')): EventListener {
  return (event) => {
    const { level, text, stack } = describeEvent(event);
    if (level === 'error') logger.error(text, stack);
    else logger[level](text);
  };
}
