import { readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';

/** What the figures were measured on, and with. */
export interface Environment {
  readonly date: string;
  readonly node: string;
  readonly redis: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly packages: Readonly<Record<string, string>>;
  readonly runs: number;
  readonly isQuick: boolean;
}

/** This machine, and the versions that are installed. */
export function environmentOf(redis: string, { runs, isQuick }: { runs: number; isQuick: boolean }): Environment {
  return {
    date: new Date().toISOString(),
    node: process.versions.node,
    redis,
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    packages: versions(),
    runs,
    isQuick,
  };
}

const LOCK_FILE = new URL('../../../package-lock.json', import.meta.url);
const MEASURED = ['bullmq', '@nestjs/bullmq', 'bee-queue', 'groupmq', 'ioredis', '@nestjs/core'];

function versions(): Record<string, string> {
  const { packages } = JSON.parse(readFileSync(LOCK_FILE, 'utf8')) as { packages: Record<string, { version: string }> };
  const versionOf = (name: string): string =>
    (packages[`bench/node_modules/${name}`] ?? packages[`node_modules/${name}`])?.version ?? 'unknown';
  return {
    repid: packages['']?.version ?? 'unknown',
    ...Object.fromEntries(MEASURED.map((name) => [name, versionOf(name)])),
  };
}
