import { Argument, Command, InvalidArgumentError } from 'commander';
import type { FixtureOptions } from './fixture.js';
import type { Filter } from './measure.js';
import { PARTS } from './parts/index.js';
import type { Part } from './parts/part.js';
import { SUBJECT_NAMES } from './subjects/catalogue.js';

const RUNS = 5;
const QUICK_RUNS = 2;

/** What the command line asks for. */
export interface BenchOptions extends FixtureOptions, Filter {
  readonly parts: readonly Part[];
  /** Compare with the targets. */
  readonly isCheck: boolean;
  /** It is everything at full size: what is written to the results and the page. */
  readonly isEverything: boolean;
}

interface Values {
  readonly quick: boolean;
  readonly check: boolean;
  readonly runs?: number;
  readonly subject: readonly string[];
  readonly scenario: readonly string[];
  readonly profile?: string;
}

/** Reads the command line. Prints help or an error and exits where that is all there is to do. */
export function readOptions(): BenchOptions {
  const names = PARTS.map(({ name }) => name);
  const command = new Command('npm run bench --')
    .addArgument(new Argument('[part...]', 'all where none is named').choices(names))
    .option('--quick', 'smaller and with fewer runs: to see that it works', false)
    .option('--check', 'compares with the targets; exits 1 where one is missed', false)
    .option('--runs <n>', `runs of each case that count; ${RUNS}`, wholeNumber)
    .option('--subject <name>', `only this one, or several: ${SUBJECT_NAMES.join(', ')}`, subjects, [])
    .option('--scenario <name>', 'only scenarios of this name, or else that contain it, or several', append, [])
    .option('--profile <folder>', 'writes a CPU profile of each process')
    .addHelpText(
      'after',
      `\nParts:\n${PARTS.map(({ name, question }) => `  ${name.padEnd(10)}${question}`).join('\n')}
\nEverything at full size, without options that change what is measured, is written to bench/results and docs/performance.md.`,
    )
    .parse();
  const { quick, check, runs, subject, scenario, profile } = command.opts<Values>();
  const isPartial = quick || runs !== undefined || profile !== undefined || command.args.length > 0;
  return {
    parts: PARTS.filter(({ name }) => command.args.length === 0 || command.args.includes(name)),
    runs: runs ?? (quick ? QUICK_RUNS : RUNS),
    isQuick: quick,
    isCheck: check,
    isEverything: !isPartial && subject.length + scenario.length === 0,
    subjects: subject,
    scenarios: scenario,
    profileFolder: profile,
  };
}

function append(value: string, all: readonly string[]): readonly string[] {
  return [...all, value];
}

function subjects(name: string, all: readonly string[]): readonly string[] {
  if (!SUBJECT_NAMES.some((known) => known === name)) throw new InvalidArgumentError('There is no such subject.');
  return append(name, all);
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new InvalidArgumentError('Expected a whole number from 1 on.');
}
