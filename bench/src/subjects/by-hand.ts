import { isEnd, type Link } from '../payload.js';
import type { ChainMethod, Subject } from './subject.js';

/** The handler of a step adds the next step before it ends. */
export function byHand(subject: Subject): ChainMethod {
  return {
    async start(settings) {
      const { sendAll, close } = await subject.produce(settings, 'bulk');
      return { chains: sendAll, close };
    },

    work: (settings, steps) =>
      subject.work(
        { ...settings, addsJobs: true },
        {
          get handled() {
            return steps.handled;
          },
          handle(link, add) {
            const next = steps.next(link as Link);
            return isEnd(next) ? undefined : add?.(next);
          },
        },
      ),
  };
}
