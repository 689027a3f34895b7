import { FINDING_KINDS } from './observations.js';
import { readOptions, type StressOptions, USAGE, UsageError } from './options.js';
import { Stress } from './stress.js';

/** Maximum number of findings of each kind to print. */
const MAX_PRINTED = 20;

try {
  const options = readOptions(process.argv.slice(2));
  if (options === undefined) console.log(USAGE);
  else process.exitCode = await run(options);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`${error.message} Run "npm run stress -- --help" for help.`);
  process.exitCode = 1;
}

/** Runs the stress test and prints its counts and findings. Returns the exit code: 1 if there are findings. */
async function run(options: StressOptions): Promise<number> {
  console.log(`seed: ${options.seed}`);
  const stress = await Stress.start(options);
  const abort = (): void => void stress.stop({ keepFolder: false }).finally(() => process.exit(1));
  process.once('SIGINT', abort).once('SIGTERM', abort);
  let isSuccess = false;
  try {
    isSuccess = await perform(stress);
    return isSuccess ? 0 : 1;
  } finally {
    await stress.stop({ keepFolder: !isSuccess });
    process.off('SIGINT', abort).off('SIGTERM', abort);
    if (!isSuccess) console.error(`The logs of its processes are in ${stress.folder}`);
  }
}

async function perform(stress: Stress): Promise<boolean> {
  const findings = await stress.run();
  const counts = FINDING_KINDS.map(
    (kind) => [kind, findings.filter((finding) => finding.kind === kind).length] as const,
  );
  for (const [name, count] of [...Object.entries(stress.counts()), ...counts]) console.log(`${name}: ${count}`);
  for (const kind of FINDING_KINDS)
    for (const { text } of findings.filter((finding) => finding.kind === kind).slice(0, MAX_PRINTED))
      console.error(`${kind}: ${text}`);
  return findings.length === 0;
}
