import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import type { FixtureOptions } from './fixture.js';
import type { Filter } from './measure.js';
import { PARTS } from './parts/index.js';
import type { Part } from './parts/part.js';
import { SUBJECT_NAMES } from './subjects/catalogue.js';

const RUNS = 5;
const QUICK_RUNS = 2;

const HELP = `
Parts:
${PARTS.map(({ name, question }) => `  ${name.padEnd(10)}${question}`).join('\n')}

Everything at full size, without options that change what is measured, is written to bench/results and docs/performance.md.`;

/** The options of the command line. */
export interface BenchOptions extends FixtureOptions, Filter {
  readonly parts: readonly Part[];
  /** Compare with the targets. */
  readonly check: boolean;
  /** True for a full run, which is written to the results and the page. */
  readonly isEverything: boolean;
}

type Values = Filter & Partial<FixtureOptions> & { readonly quick: boolean; readonly check: boolean };

/** Reads the command line. Prints help or an error and exits if there is nothing else to do. */
export function readOptions(): BenchOptions {
  const command = new Command('npm run bench --')
    .addArgument(new Argument('[part...]', 'all where none is named').choices(PARTS.map(({ name }) => name)))
    .option('--quick', 'smaller and with fewer runs: to see that it works', false)
    .option('--check', 'compares with the targets; exits 1 where one is missed beyond noise', false)
    .option('--runs <n>', `runs of each case that count; ${RUNS}`, wholeNumber)
    .addOption(new Option('--subject <name...>', 'only this one, or several').choices(SUBJECT_NAMES).default([]))
    .option('--scenario <name...>', 'only this one, or several', [])
    .option('--profile <folder>', 'writes a CPU profile of each process')
    .addHelpText('after', HELP)
    .parse();
  const values = command.opts<Values>();
  const { quick, runs = quick ? QUICK_RUNS : RUNS, profile, subject, scenario } = values;
  const chosen = [...command.args, ...subject, ...scenario];
  return {
    ...{ ...values, runs },
    parts: PARTS.filter(({ name }) => command.args.length === 0 || command.args.includes(name)),
    isEverything: !quick && values.runs === undefined && profile === undefined && chosen.length === 0,
  };
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new InvalidArgumentError('Expected a whole number from 1 on.');
}
