import { PROGRAMS } from './programs.js';

const [name] = process.argv.slice(2);

if (name === undefined) {
  console.log(listOfPrograms());
} else if (Object.hasOwn(PROGRAMS, name)) {
  await import(`./programs/${name}.js`);
} else {
  console.error(`Unknown program "${name}".\n${listOfPrograms()}`);
  process.exitCode = 1;
}

function listOfPrograms(): string {
  const width = Math.max(...Object.keys(PROGRAMS).map((program) => program.length));
  const lines = Object.entries(PROGRAMS).map(([program, description]) => `  ${program.padEnd(width)}  ${description}`);
  return ['Run one with: npm run example -- NAME', ...lines].join('\n');
}
