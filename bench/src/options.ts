import { parseArgs } from 'node:util';
import { PARTS } from './parts/index.js';
import type { Part } from './parts/part.js';
import type { StageOptions } from './stage.js';
import { SUBJECT_NAMES, type SubjectName } from './subjects/catalogue.js';

const RUNS = 5;
const QUICK_RUNS = 2;

/** What may be asked for. */
export const USAGE = `npm run bench -- [part ...] [options]

Parts, all where none is named:
  ${PARTS.map(({ name, asks }) => name.padEnd(10) + asks).join('\n  ')}

Options:
  --quick            smaller and with fewer runs: to see that it works
  --check            compares with the targets; exits 1 where one is missed
  --runs <n>         runs of each case that count; ${RUNS}
  --subject <name>   only this one, or several, each with the option: ${SUBJECT_NAMES.join(', ')}
  --scenario <name>  in each part only those of this name, or else with it in theirs; or several, each with the option
  --profile <folder> writes a CPU profile of each process
  --help             tells this

Everything at full size, without options that change what is measured, is written to bench/results and docs/performance.md.`;

/** A command line that asks for what there is not. Its message is one line for whoever typed it. */
export class UsageError extends Error {}

/** What the command line asks for. */
export interface BenchOptions extends StageOptions {
  readonly parts: readonly Part[];
  /** Compare with the targets. */
  readonly isCheck: boolean;
  /** It is everything at full size: what is committed, and what the page is told of. */
  readonly isEverything: boolean;
}

/** Nothing where all that is asked for is help. @throws UsageError */
export function readOptions(args: readonly string[]): BenchOptions | undefined {
  const { values, positionals } = parse(args);
  if (values.help) return undefined;
  return {
    parts: chosenParts(positionals),
    runs: values.runs === undefined ? (values.quick ? QUICK_RUNS : RUNS) : wholeNumber('--runs', values.runs),
    isQuick: values.quick,
    isCheck: values.check,
    isEverything: isEverything(positionals, values),
    subjects: values.subject.map(requireSubject),
    scenarios: values.scenario,
    profileFolder: values.profile,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        quick: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
        check: { type: 'boolean', default: false },
        runs: { type: 'string' },
        subject: { type: 'string', multiple: true, default: [] },
        scenario: { type: 'string', multiple: true, default: [] },
        profile: { type: 'string' },
      },
    });
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split(/\.\s/)[0]}.`);
  }
}

type Values = ReturnType<typeof parse>['values'];

function isEverything(positionals: readonly string[], { quick, runs, subject, scenario, profile }: Values): boolean {
  const isPartial = quick || runs !== undefined || profile !== undefined;
  return !isPartial && positionals.length + subject.length + scenario.length === 0;
}

function chosenParts(names: readonly string[]): readonly Part[] {
  const unknown = names.find((name) => !PARTS.some((part) => part.name === name));
  if (unknown !== undefined) {
    throw new UsageError(`There is no part "${unknown}". There are: ${PARTS.map(({ name }) => name).join(', ')}.`);
  }
  return names.length === 0 ? PARTS : PARTS.filter(({ name }) => names.includes(name));
}

function requireSubject(name: string): SubjectName {
  const found = SUBJECT_NAMES.find((known) => known === name);
  if (found !== undefined) return found;
  throw new UsageError(`There is no subject "${name}". There are: ${SUBJECT_NAMES.join(', ')}.`);
}

function wholeNumber(flag: string, text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new UsageError(`${flag} is "${text}": expected a whole number from 1 on.`);
}
