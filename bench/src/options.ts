import { parseArgs } from 'node:util';
import { PARTS } from './parts/index.js';
import type { Part } from './parts/part.js';
import type { StageOptions } from './stage.js';
import { SUBJECT_NAMES, type SubjectName } from './subjects/catalogue.js';

const RUNS = 5;
const QUICK_RUNS = 2;

/** A command line that asks for what there is not. Its message is one line for whoever typed it. */
export class UsageError extends Error {}

/** What the command line asks for. */
export interface BenchOptions extends StageOptions {
  readonly parts: readonly Part[];
  /** Compare with the targets. */
  readonly isCheck: boolean;
  /** Write the results, although it is not everything at full size. */
  readonly isWritten: boolean;
}

/** @throws UsageError */
export function readOptions(args: readonly string[]): BenchOptions {
  const { values, positionals } = parse(args);
  return {
    parts: chosenParts(positionals),
    runs: values.runs === undefined ? (values.quick ? QUICK_RUNS : RUNS) : wholeNumber('--runs', values.runs),
    isQuick: values.quick,
    isCheck: values.check,
    isWritten: values.write || isEverything(positionals, values),
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
        check: { type: 'boolean', default: false },
        write: { type: 'boolean', default: false },
        runs: { type: 'string' },
        subject: { type: 'string', multiple: true, default: [] },
        scenario: { type: 'string', multiple: true, default: [] },
        profile: { type: 'string' },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message.split('\n')[0]);
  }
}

type Values = ReturnType<typeof parse>['values'];

/** What is committed is told of all parts at full size. */
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
