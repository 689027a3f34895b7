/** A step into a value: the name of a property, or the index of an item. */
export type Step = string | number;

/** How many steps a path shows; those in the middle of a longer one are left out. */
const MOST_STEPS = 12;

/** How many characters of a property's name a path shows. */
const LONGEST_NAME = 40;

const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;

/** Where something is in a value, as JavaScript would write it: `args.items[3].price`. Of bounded length. */
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
