import { parseDuration } from '../duration/index.js';
import { InvalidOptionError } from '../errors/index.js';

interface Rule {
  readonly isValid: (value: unknown) => boolean;
  readonly remedy: string;
}

type Rules<Options> = Readonly<Record<keyof Options, Rule>>;

const CLOCK: Rule = {
  isValid: (value) => typeof value === 'object' && value !== null && 'now' in value && 'schedule' in value,
  remedy: 'Give a clock, such as a new AdjustableClock().',
};

const OWNERSHIP_TIME: Rule = {
  isValid: (value) => (parseDuration(value) ?? 0) > 0,
  remedy: 'Give milliseconds above 0, or text such as "30s".',
};

const MAX_DELIVERIES: Rule = {
  isValid: (value) => Number.isSafeInteger(value) && (value as number) >= 1,
  remedy: 'Give a whole number, 1 or more.',
};

/** @throws InvalidOptionError naming the option, its value and the remedy */
export function checkMessageBrokerOptions(options: object): void {
  check(options, 'InMemoryMessageBroker', { clock: CLOCK, ownershipTime: OWNERSHIP_TIME, maxDeliveries: MAX_DELIVERIES });
}

/** @throws InvalidOptionError naming the option, its value and the remedy */
export function checkBucketBrokerOptions(options: object): void {
  check(options, 'InMemoryBucketBroker', { clock: CLOCK });
}

function check(options: object, owner: string, rules: Rules<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(options)) {
    const rule = rules[name];
    if (!rule) throw unknownOption(name, owner, Object.keys(rules));
    if (value !== undefined && !rule.isValid(value)) throw invalidOption(name, value, owner, rule.remedy);
  }
}

function unknownOption(name: string, owner: string, known: string[]): InvalidOptionError {
  return new InvalidOptionError(`${owner} has no option "${name}". Known options: ${known.join(', ')}.`);
}

function invalidOption(name: string, value: unknown, owner: string, remedy: string): InvalidOptionError {
  return new InvalidOptionError(`Option "${name}" of ${owner} is ${JSON.stringify(value)}. ${remedy}`);
}
