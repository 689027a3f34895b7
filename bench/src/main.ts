import { readOptions, USAGE, UsageError } from './options.js';
import { run } from './run.js';

try {
  const options = readOptions(process.argv.slice(2));
  if (options === undefined) console.log(USAGE);
  else process.exitCode = await run(options);
} catch (error) {
  console.error(error instanceof UsageError ? `${error.message} "npm run bench -- --help" tells more.` : error);
  process.exitCode = 1;
}
