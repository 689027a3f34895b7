import { errorTextWithCauses } from '../errors/describe-error.js';
import { ignoreRejection } from '../errors/ignore-rejection.js';
import { escapeControls } from '../errors/index.js';

/**
 * Wraps a listener so that its failures cannot disturb the caller, which may be settling a message. The first failure
 * is written to the console.
 */
export function guardedListener<Event>(listener: (event: Event) => void, name = 'onEvent'): (event: Event) => void {
  let hasFailed = false;
  const note = (problem: unknown): void => {
    ignoreRejection(problem);
    if (hasFailed) return;
    hasFailed = true;
    writeToConsole(name, problem);
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

function writeToConsole(name: string, problem: unknown): void {
  try {
    console.error(`[repid] The listener "${name}" failed: ${escapeControls(errorTextWithCauses(problem))}`);
  } catch {
    // The console is broken as well; there is nowhere left to report to.
  }
}
