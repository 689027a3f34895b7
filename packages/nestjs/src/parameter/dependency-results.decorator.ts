import * as v from 'valibot';
import { option, parseOptions } from '@repid/core/internal';
import { declareParameter } from './parameter-metadata.js';
import { isPipe, type Pipe, requirePipes } from './pipe.js';

/** What of the results a parameter takes. */
export interface DependencyResultsOptions {
  /** The whole result buckets, with how each job has ended, in place of their data. @default false */
  buckets?: boolean;
}

const optionsSchema = v.strictObject({ buckets: v.optional(option.boolean) });

/**
 * Hands the results of the jobs that this one has waited for to this parameter: an array, in the order of `dependsOn`,
 * empty for a job that has waited for none. The data of a job that failed or was skipped is null; the buckets tell more.
 *
 * @param options `{ buckets: true }` for whole result buckets; default: their data
 * @param pipes Nest pipes for the array
 * @throws InvalidOptionError
 */
export function DependencyResults(options: DependencyResultsOptions, ...pipes: Pipe[]): ParameterDecorator;
export function DependencyResults(...pipes: Pipe[]): ParameterDecorator;
export function DependencyResults(...args: unknown[]): ParameterDecorator {
  const [first, ...rest] = args;
  const hasOptions = first !== undefined && !isPipe(first);
  const { buckets = false } = hasOptions ? parseOptions(optionsSchema, first, '@DependencyResults()') : {};
  const pipes = requirePipes(hasOptions ? rest : args, MISTAKEN);
  return (target, method, index) => {
    const source = { from: 'dependency-results', as: buckets ? 'buckets' : 'data' } as const;
    declareParameter(target, method as string, { index, source, pipes });
  };
}

const MISTAKEN = '@DependencyResults() takes { buckets: true }, and then only pipes.';
