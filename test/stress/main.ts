import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Cast, wreakHavoc } from './chaos.js';
import { Client } from './client.js';
import { type Findings, look } from './findings.js';
import { Fleet } from './fleet.js';
import { readOptions, type StressOptions, USAGE, UsageError } from './options.js';
import { Proxy } from './proxy.js';
import { Random } from './random.js';
import { RedisServer } from './redis.js';

/** Worker processes at work at any time. */
const WORKERS = 3;

try {
  const options = readOptions(process.argv.slice(2));
  if (options === undefined) console.log(USAGE);
  else process.exitCode = await stress(options);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`${error.message} "npm run stress -- --help" tells more.`);
  process.exitCode = 1;
}

/**
 * Runs chains and fan-ins through Redis while workers are killed, Redis stands still and is restarted, and connections are
 * cut; then counts. Answers 1 where a chain was lost, a job was published twice, or a result is wrong.
 */
async function stress(asked: StressOptions): Promise<number> {
  console.log(`seed: ${asked.seed}`);
  const begun = performance.now();
  const redis = await RedisServer.start();
  const proxy = await Proxy.start(redis.port);
  const witness = join(redis.folder, 'runs.log');
  writeFileSync(witness, '');
  const fleet = new Fleet(WORKERS, [proxy.url, witness]);
  const client = new Client(proxy.url);
  const cast = { options: asked, random: new Random(asked.seed), redis, proxy, fleet, client };
  const leave = onSignals(cast);
  try {
    await wreakHavoc(cast);
    const findings = await look(redis, asked, witness);
    report(cast, findings, performance.now() - begun);
    return isGood(cast, findings) ? 0 : 1;
  } finally {
    await leave();
  }
}

function report({ options: asked, fleet, proxy }: Cast, findings: Findings, took: number): void {
  const { done, runsRepeated, lost, twice, wrong, leftOver } = findings;
  const lines = {
    ...{ chains: asked.chains, 'fan-ins': asked.fanIns, 'jobs done': done, 'runs repeated': runsRepeated },
    ...{ kills: fleet.kills, 'redis paused': asked.pauses, 'redis restarted': asked.restarts },
    ...{ 'connections cut': proxy.cut, seconds: Math.round(took / 1_000) },
    ...{
      'chains lost': lost,
      'followers published twice': twice,
      'results wrong': wrong,
      'left over': leftOver.length,
    },
  };
  for (const [name, count] of Object.entries(lines)) console.log(`${name}: ${count}`);
  for (const key of leftOver.slice(0, 20)) console.error(`left over: ${key}`);
}

function isGood({ options: asked, fleet }: Cast, { lost, twice, wrong, leftOver }: Findings): boolean {
  return lost + twice + wrong + leftOver.length === 0 && fleet.kills >= asked.kills;
}

/** Answers how everything is ended and removed; a signal does so too. */
function onSignals({ redis, proxy, fleet, client }: Cast): () => Promise<void> {
  const leave = async (): Promise<void> => {
    proxy.stop();
    await Promise.all([fleet.stop(), client.close().catch(() => undefined)]);
    await redis.stop();
  };
  const breakOff = (): void => void leave().finally(() => process.exit(1));
  process.once('SIGINT', breakOff).once('SIGTERM', breakOff);
  return async () => {
    await leave();
    process.off('SIGINT', breakOff).off('SIGTERM', breakOff);
  };
}
