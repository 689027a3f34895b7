import { CONDITIONS, type Condition } from '../dependency/condition.js';
import type { Dependency } from '../dependency/dependency.js';
import { type GraphNode, storesNoResult } from '../dependency/graph-check.js';
import type { Wait } from '../dependency/waits.js';
import { DependencyError, InvalidOptionError } from '../errors/index.js';
import { kindOf, show } from '../errors/show.js';
import { isId } from '../message/index.js';
import { handleOf, type JobHandle } from './job-handle.js';

/** A dependency in its full form. */
export interface ResolvedDependency {
  readonly on: JobHandle | string;
  readonly condition: Condition;
}

/** The full form of a dependency; undefined for a value that is not a dependency. */
export function resolveDependency(dependency: unknown): ResolvedDependency | undefined {
  if (isReference(dependency)) return { on: dependency, condition: 'success' };
  if (typeof dependency !== 'object' || dependency === null) return undefined;
  const { on, condition, ...unknown } = dependency as Partial<ResolvedDependency>;
  const isKnown = CONDITIONS.includes(condition as Condition) && Object.keys(unknown).length === 0;
  return isReference(on) && isKnown ? { on, condition: condition as Condition } : undefined;
}

/**
 * One dependency or several, in their full form.
 *
 * @param call the function that received them, for the error
 * @throws InvalidOptionError for a value that is not a dependency
 */
export function resolveDependencies(
  dependsOn: Dependency | readonly Dependency[] | undefined,
  call: string,
): ResolvedDependency[] {
  if (dependsOn === undefined) return [];
  const list = Array.isArray(dependsOn) ? (dependsOn as readonly Dependency[]) : [dependsOn as Dependency];
  return list.map((dependency) => resolveDependency(dependency) ?? refuse(call, dependency, A_DEPENDENCY));
}

/** What a dependency may be, for errors. */
export const A_DEPENDENCY = 'a job, the id of a bucket, or { on, condition }';

/** @throws InvalidOptionError for a value that is neither a job nor the id of a bucket */
export function requireReference(value: unknown, call: string): void {
  if (!isReference(value)) refuse(call, value, 'a job, or the id of a bucket');
}

function refuse(call: string, value: unknown, expected: string): never {
  throw new InvalidOptionError(
    `${call} was given ${typeof value === 'object' ? kindOf(value) : show(value)}: expected ${expected}.`,
  );
}

/**
 * The buckets to wait for, without duplicates.
 *
 * @throws DependencyError for a dependency that stores no result, and for a bucket with two conditions
 */
export function waitsOf(job: JobHandle, dependencies: readonly ResolvedDependency[]): Wait[] {
  const waits = new Map<string, Wait>();
  for (const { on, condition } of dependencies) {
    const bucketId = bucketOf(on);
    if (bucketId === undefined) throw storesNoResult(job.label, labelOf(on));
    const twin = waits.get(bucketId);
    if (twin && twin.condition !== condition) {
      throw new DependencyError(
        `${job.label} -> ${labelOf(on)}: waits for both "${twin.condition}" and "${condition}". Choose one.`,
      );
    }
    waits.set(bucketId, { bucketId, condition });
  }
  return [...waits.values()];
}

/** The job as the graph check needs it. */
export function graphNode(job: JobHandle, dependencies: readonly ResolvedDependency[]): GraphNode {
  const waitsFor = dependencies.map(({ on }) => ({
    bucketId: bucketOf(on),
    label: () => labelOf(on),
    isKnown: typeof on === 'string' || on.mayExist,
  }));
  return { label: () => job.label, key: job.id, produces: job.resultId, waitsFor };
}

function isReference(value: unknown): value is JobHandle | string {
  return isId(value) || (typeof value === 'object' && handleOf(value) !== undefined);
}

/** The bucket that a dependency stores. */
export function bucketOf(on: JobHandle | string): string | undefined {
  return typeof on === 'string' ? on : on.resultId;
}

function labelOf(on: JobHandle | string): string {
  return typeof on === 'string' ? `bucket "${on}"` : on.label;
}
