/** A step into a value: the name of a property, or the index of an item. */
export type Step = string | number;

/** The maximum number of steps that a path shows; the middle of a longer path is left out. */
const MOST_STEPS = 12;

/** The maximum length of a property name in a path. */
const LONGEST_NAME = 40;

const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;

/** The location of a part of a value as a JavaScript expression: `args.items[3].price`. Limited in length. */
export function showPath(name: string, steps: readonly Step[]): string {
  if (steps.length <= MOST_STEPS) return name + steps.map(showStep).join('');
  const half = MOST_STEPS / 2;
  return `${name}${steps.slice(0, half).map(showStep).join('')}...${steps.slice(-half).map(showStep).join('')}`;
}

function showStep(step: Step): string {
  if (typeof step === 'number') return `[${step}]`;
  const name = step.length > LONGEST_NAME ? `${step.slice(0, LONGEST_NAME)}...` : step;
  return IDENTIFIER.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
}
