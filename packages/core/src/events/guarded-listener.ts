import { errorTextWithCauses } from '../errors/describe-error.js';
import { ignoreRejection } from '../errors/ignore-rejection.js';
import { escapeControls } from '../errors/index.js';
import type { EventListener } from './events.js';

/**
 * Wraps a listener so that its failures cannot disturb the caller, which may be settling a message. The first failure
 * is written to the console.
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
    console.error(`[repid] The listener "onEvent" failed: ${escapeControls(errorTextWithCauses(problem))}`);
  } catch {
    // The console is broken as well; there is nowhere left to report to.
  }
}
