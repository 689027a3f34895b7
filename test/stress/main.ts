import { FINDING_KINDS } from './evidence.js';
import { readOptions, type StressOptions, USAGE, UsageError } from './options.js';
import { Stress } from './stress.js';

/** So many of each kind of finding are described. */
const DESCRIBED = 20;

try {
  const options = readOptions(process.argv.slice(2));
  if (options === undefined) console.log(USAGE);
  else process.exitCode = await run(options);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`${error.message} "npm run stress -- --help" tells more.`);
  process.exitCode = 1;
}

/** Prints what was done and what was found; returns 1 where anything was. */
async function run(options: StressOptions): Promise<number> {
  console.log(`seed: ${options.seed}`);
  const stress = await Stress.start(options);
  const breakOff = (): void => void stress.stop({ keepFolder: false }).finally(() => process.exit(1));
  process.once('SIGINT', breakOff).once('SIGTERM', breakOff);
  let isGood = false;
  try {
    isGood = await perform(stress);
    return isGood ? 0 : 1;
  } finally {
    await stress.stop({ keepFolder: !isGood });
    process.off('SIGINT', breakOff).off('SIGTERM', breakOff);
    if (!isGood) console.error(`What its processes have written lies in ${stress.folder}`);
  }
}

async function perform(stress: Stress): Promise<boolean> {
  const findings = await stress.run();
  const counts = FINDING_KINDS.map(
    (kind) => [kind, findings.filter((finding) => finding.kind === kind).length] as const,
  );
  for (const [name, count] of [...Object.entries(stress.counts()), ...counts]) console.log(`${name}: ${count}`);
  for (const kind of FINDING_KINDS)
    for (const { text } of findings.filter((finding) => finding.kind === kind).slice(0, DESCRIBED))
      console.error(`${kind}: ${text}`);
  return findings.length === 0;
}
