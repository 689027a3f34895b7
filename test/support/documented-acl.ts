import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { ROOT } from './program.js';

const BLOCK = /^```acl\n(.*?)^```$/ms;

/** The rules of `ACL SETUSER` that docs/brokers.md gives, without command, user and password. */
export function documentedAcl(): string[] {
  const [, block] = BLOCK.exec(readFileSync(join(ROOT, 'docs/brokers.md'), 'utf8')) ?? [];
  const [, , , , , ...rules] = (block ?? '').trim().split(/\s+/);
  return rules;
}

/** The commands in these rules. */
export function documentedCommands(): string[] {
  return documentedAcl()
    .filter((rule) => /^\+[a-z|]+$/.test(rule))
    .map((rule) => rule.slice(1));
}

/** What it says is to be added on a cluster. */
export function documentedClusterAcl(): string[] {
  const text = readFileSync(join(ROOT, 'docs/brokers.md'), 'utf8');
  return (/`([^`]*)` on a cluster\. With/.exec(text)?.[1] ?? '').split(' ');
}

/** Makes a user with these permissions alone, and returns the URL that it connects by. */
export async function urlOfLimitedUser(
  admin: Redis,
  url: string,
  rules: readonly string[] = documentedAcl(),
): Promise<string> {
  await admin.call('ACL', 'SETUSER', 'limited', 'reset', 'on', '>hunter2', ...rules);
  return url.replace('redis://', 'redis://limited:hunter2@');
}

/** What the server has denied anybody, as `ACL LOG` has it; INFO and CLIENT INFO, which are optional, left out. */
export async function denials(admin: Redis): Promise<string[]> {
  const entries = (await admin.call('ACL', 'LOG', 128)) as unknown[];
  return entries.map(String).filter((entry) => !/,(?:client\|)?info,/.test(entry));
}
