import { growth } from './growth.js';

/** The parts, by the name that runs them. */
const PARTS = { growth } as const;

const [chosen] = process.argv.slice(2);
const names = Object.keys(PARTS) as (keyof typeof PARTS)[];
if (chosen !== undefined && !names.includes(chosen as keyof typeof PARTS)) {
  console.error(`There is no benchmark "${chosen}". There are: ${names.join(', ')}.`);
  process.exit(1);
}
for (const name of names) if (chosen === undefined || chosen === name) await PARTS[name]();
