import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { ROOT } from './program.js';

const BLOCK = /^```acl\n(.*?)^```$/ms;

/** Returns the `ACL SETUSER` rules from docs/brokers.md, without command, user and password. */
export function documentedAcl(): string[] {
  const [, block] = BLOCK.exec(readFileSync(join(ROOT, 'docs/brokers.md'), 'utf8')) ?? [];
  const [, , , , , ...rules] = (block ?? '').trim().split(/\s+/);
  return rules;
}

/** Returns the commands that these rules allow. */
export function documentedCommands(): string[] {
  return documentedAcl()
    .filter((rule) => /^\+[a-z|]+$/.test(rule))
    .map((rule) => rule.slice(1));
}

/** Returns the additional rules for a cluster from docs/brokers.md. */
export function documentedClusterAcl(): string[] {
  const text = readFileSync(join(ROOT, 'docs/brokers.md'), 'utf8');
  return (/`([^`]*)` on a cluster\. With/.exec(text)?.[1] ?? '').split(' ');
}

/** Creates a user with only these permissions, and returns its connection URL. */
export async function urlOfLimitedUser(
  admin: Redis,
  url: string,
  rules: readonly string[] = documentedAcl(),
): Promise<string> {
  await admin.call('ACL', 'SETUSER', 'limited', 'reset', 'on', '>hunter2', ...rules);
  return url.replace('redis://', 'redis://limited:hunter2@');
}

/** Returns the denied commands from `ACL LOG`, except INFO and CLIENT INFO, which are optional. */
export async function denials(admin: Redis): Promise<string[]> {
  const entries = (await admin.call('ACL', 'LOG', 128)) as unknown[];
  return entries.map(String).filter((entry) => !/,(?:client\|)?info,/.test(entry));
}
