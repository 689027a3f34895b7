import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from './program.js';

const FENCED = /^```.*?^```$/gms;
const LINK = /\]\(([^)\s]+)\)/g;
const HEADING = /^#+ (.+)$/gm;

/** The links of a Markdown file that lead to a file or heading which does not exist; `file` is a path from the root. */
export function brokenLinks(file: string): string[] {
  const targets = [...textOf(file).matchAll(LINK)].map(([, target = '']) => target);
  const inside = targets.filter((target) => !/^\w+:/.test(target));
  return inside.filter((target) => !exists(file, target)).map((target) => `${file}: ${target}`);
}

function exists(file: string, target: string): boolean {
  const [path = '', anchor] = target.split('#');
  const found = path === '' ? file : join(dirname(file), path);
  if (!existsSync(join(ROOT, found))) return false;
  return anchor === undefined || anchorsOf(found).includes(anchor);
}

function anchorsOf(file: string): string[] {
  return [...textOf(file).matchAll(HEADING)].map(([, heading = '']) => slugOf(heading));
}

/** As GitHub and GitLab make the anchor of a heading. */
function slugOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');
}

function textOf(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8').replaceAll(FENCED, '');
}
