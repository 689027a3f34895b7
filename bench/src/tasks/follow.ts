import { machineTime } from '../clock.js';
import { CHAIN_LENGTH } from '../links.js';
import type { Subject } from '../subjects/subject.js';
import { ChainTally } from './chain-tally.js';
import { cpuSecondsSince } from './cpu.js';
import type { ChainsOrder } from './start-chains.js';
import { until } from './until.js';
import { wayOf } from './way-of.js';

/** How long all may take, in milliseconds. */
const PATIENCE = 40_000;

/** When the last job had ended, by the machine's clock, and what they cost this process. */
export interface Followed {
  readonly jobs: number;
  readonly endedAt: number;
  readonly cpuSeconds: number;
}

/** Works until all chains, or fans, have ended. @throws Error where one has not come to what it must */
export async function follow(
  subject: Subject,
  { place, way, count, size }: ChainsOrder,
  inPlace: () => void,
): Promise<Followed> {
  const tally = new ChainTally();
  const jobs = count * (size === undefined ? CHAIN_LENGTH : size + 1);
  const worker = await wayOf(subject, way).work(place, tally);
  const cpuBefore = process.cpuUsage();
  inPlace();
  await until(() => worker.settled() >= jobs, PATIENCE);
  const followed = { jobs, endedAt: machineTime(), cpuSeconds: cpuSecondsSince(cpuBefore) };
  await worker.close();
  if (size === undefined) tally.checkChains(count);
  else tally.checkFans(count, size);
  return followed;
}
