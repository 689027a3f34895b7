import { errorTextWithCauses } from '../errors/describe-error.js';
import { ignoreRejection } from '../errors/ignore-rejection.js';
import { escapeControls } from '../errors/index.js';
import type { EventListener } from './events.js';

/**
 * The listener, so that it cannot harm those who tell it: they may be in the midst of settling a message. That it fails is
 * written to the console, once.
 */
export function guardedListener(listener: EventListener): EventListener {
  let hasFailed = false;
  const note = (problem: unknown): void => {
    ignoreRejection(problem);
    if (hasFailed) return;
    hasFailed = true;
    writeToConsole(problem);
  };
  return (event) => {
    try {
      const returned: unknown = listener(event);
      if (returned instanceof Promise) returned.catch(note);
    } catch (problem) {
      note(problem);
    }
  };
}

function writeToConsole(problem: unknown): void {
  try {
    console.error(`[repid] The listener "onEvent" fails: ${escapeControls(errorTextWithCauses(problem))}`);
  } catch {
    // Nobody is left to tell.
  }
}
