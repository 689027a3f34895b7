import { Logger } from '@nestjs/common';
import { describeEvent, type EventListener } from '@repid/core';

/** Writes events to Nest's logger under the context `Repid`. */
export function logEvents(logger: Logger = new Logger('Repid')): EventListener {
  return (event) => {
    const { level, text, error } = describeEvent(event);
    if (level === 'error') logger.error(text, error instanceof Error ? error.stack : undefined);
    else logger[level](text);
  };
}
