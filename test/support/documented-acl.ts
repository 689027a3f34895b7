import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './program.js';

const BLOCK = /^```acl\n(.*?)^```$/ms;

/** The rules of `ACL SETUSER` that docs/brokers.md gives, without command, user and password. */
export function documentedAcl(): string[] {
  const [, block] = BLOCK.exec(readFileSync(join(ROOT, 'docs/brokers.md'), 'utf8')) ?? [];
  const [, , , , , ...rules] = (block ?? '').trim().split(/\s+/);
  return rules;
}

/** What it says is to be added on a cluster. */
export function documentedClusterAcl(): string[] {
  const text = readFileSync(join(ROOT, 'docs/brokers.md'), 'utf8');
  return (/`([^`]*)` on a cluster\. With/.exec(text)?.[1] ?? '').split(' ');
}
