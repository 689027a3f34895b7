import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { TargetResult } from '../check/compare.js';
import type { Figure } from '../figure.js';
import type { FixtureOptions } from '../fixture.js';
import { chartOf } from './chart.js';

/** The folder of the results. */
const FOLDER = fileURLToPath(new URL('../../results/', import.meta.url));
const LOCK_FILE = new URL('../../../package-lock.json', import.meta.url);
const PACKAGES = ['bullmq', '@nestjs/bullmq', 'bee-queue', 'groupmq', 'ioredis', '@nestjs/core'];

/** All measurements in machine-readable form: samples, machine and versions. */
export interface Results extends Readonly<ReturnType<typeof environmentOf>> {
  /** The duration of the whole run. */
  readonly seconds: number;
  readonly figures: readonly Figure[];
  readonly targets: readonly TargetResult[];
}

/** Returns this machine, and the versions that are installed. */
export function environmentOf(redis: string, { runs }: FixtureOptions) {
  return {
    date: new Date().toISOString(),
    node: process.versions.node,
    redis,
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    packages: installedVersions(),
    runs,
  };
}

function installedVersions(): Readonly<Record<string, string>> {
  const { packages } = JSON.parse(readFileSync(LOCK_FILE, 'utf8')) as {
    packages: Record<string, { version?: string }>;
  };
  const versionOf = (name: string): string =>
    (packages[`bench/node_modules/${name}`] ?? packages[`node_modules/${name}`])?.version ?? 'unknown';
  const repid = packages['']?.version ?? 'unknown';
  return { repid, ...Object.fromEntries(PACKAGES.map((name) => [name, versionOf(name)])) };
}

/** Writes the results and their chart under the day's date. Returns the path of the results. */
export function writeResults(results: Results): string {
  mkdirSync(FOLDER, { recursive: true });
  const path = FOLDER + results.date.slice(0, 10);
  writeFileSync(`${path}.json`, `${JSON.stringify(results, null, 2)}\n`);
  writeFileSync(`${path}.svg`, chartOf(results.figures));
  return `${path}.json`;
}

/** Returns the newest results that are stored, and their name without extension. */
export function newestResults(): { readonly name: string; readonly results: Results } {
  const names = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));
  const newest = names.toSorted().at(-1);
  if (newest === undefined) throw new Error(`There are no results in ${FOLDER}. Run "npm run bench" to write some.`);
  const results = JSON.parse(readFileSync(FOLDER + newest, 'utf8')) as Results;
  return { name: newest.replace('.json', ''), results };
}
