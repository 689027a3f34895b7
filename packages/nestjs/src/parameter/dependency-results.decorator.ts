import * as v from 'valibot';
import { option, parseOptions } from '@repid/core/internal';
import { declareParameter } from './parameter-metadata.js';
import type { Marked } from './mark.js';
import { isPipe, type Pipe, requirePipes } from './pipe.js';

/**
 * The results of the job's dependencies. As the type of the parameter, it tells clients that the parameter is no payload.
 */
export type DependencyResults<Results extends readonly unknown[] = unknown[]> = Marked<Results>;

/** The form in which a parameter takes the results. */
export interface DependencyResultsOptions {
  /** Whole result buckets, with each job's outcome, instead of their data only. @default false */
  buckets?: boolean;
}

const optionsSchema = v.strictObject({ buckets: v.optional(option.boolean) });

/**
 * Fills the parameter with the results of the job's dependencies: an array in the order of `dependsOn`, empty for a job
 * without dependencies. The data of a dependency that failed or was skipped is null; its bucket has the reason.
 *
 * @param options `{ buckets: true }` for whole result buckets. Default: their data.
 * @param pipes Nest pipes for the array
 * @throws InvalidOptionError
 */
export function DependencyResults(options: DependencyResultsOptions, ...pipes: Pipe[]): ParameterDecorator;
export function DependencyResults(...pipes: Pipe[]): ParameterDecorator;
export function DependencyResults(...args: unknown[]): ParameterDecorator {
  const [first, ...rest] = args;
  const hasOptions = first !== undefined && !isPipe(first);
  const { buckets = false } = hasOptions ? parseOptions(optionsSchema, first, '@DependencyResults()') : {};
  const pipes = requirePipes(hasOptions ? rest : args, USAGE);
  return (target, method, index) => {
    const source = { from: 'dependency-results', as: buckets ? 'buckets' : 'data' } as const;
    declareParameter(target, method as string, { index, source, pipes });
  };
}

const USAGE = '@DependencyResults() takes optionally { buckets: true }, then pipes only.';
