import {
  getMetadataStorage,
  type ValidationArguments,
  ValidationTypes,
  type ValidatorConstraintInterface,
} from 'class-validator';

type Storage = ReturnType<typeof getMetadataStorage>;

/** A decorator of class-validator on a property, as its storage keeps it. */
type Decoration = ReturnType<Storage['getTargetValidationMetadatas']>[number];

/** What the decorators of class-validator ask of a property. */
export interface PropertyRule {
  readonly property: string;
  /** `@IsOptional()`, `@ValidateIf()`: where one of them is not met, nothing is asked. */
  readonly conditions: readonly Condition[];
  readonly demands: readonly Demand[];
  /** What `@ValidateNested()` says of a value that is no object; undefined where the property does not wear it. */
  readonly nested: Pick<Demand, 'message'> | undefined;
}

type Condition = (object: object, value: unknown) => unknown;

/** A validator, with what it was given. */
export interface Demand {
  /** Its `instance` is to be asked for each time: the user's container may give another. */
  readonly validator: { readonly instance: ValidatorConstraintInterface };
  readonly constraints: unknown[];
  /** Asked of each item of a collection. */
  readonly each: boolean;
  /** Where it says no, the validator is not asked. */
  readonly condition: Condition | undefined;
  /** What the decorator was told to say; otherwise the validator's own message counts. */
  readonly message: Decoration['message'] | undefined;
}

/** The rules of a class, by the decorators on it. */
export function rulesFrom(decorations: readonly Decoration[]): PropertyRule[] {
  const properties = new Set(decorations.map(({ propertyName }) => propertyName));
  return [...properties].map((property) =>
    ruleFrom(
      property,
      decorations.filter(({ propertyName }) => propertyName === property),
    ),
  );
}

function ruleFrom(property: string, decorations: readonly Decoration[]): PropertyRule {
  const ofType = (...wanted: readonly string[]): Decoration[] =>
    decorations.filter(({ type }) => wanted.includes(type));
  const { CONDITIONAL_VALIDATION, NESTED_VALIDATION, PROMISE_VALIDATION, IS_DEFINED, CUSTOM_VALIDATION } =
    ValidationTypes;
  return {
    property,
    conditions: ofType(CONDITIONAL_VALIDATION).map(({ constraints }) => constraints[0] as Condition),
    demands: [...ofType(IS_DEFINED), ...ofType(CUSTOM_VALIDATION)].flatMap(demandsFrom),
    nested: ofType(NESTED_VALIDATION, PROMISE_VALIDATION)[0],
  };
}

function demandsFrom({ constraints, each, constraintCls, message, validateIf }: Decoration): Demand[] {
  return getMetadataStorage()
    .getTargetValidatorConstraints(constraintCls)
    .map((validator) => ({ validator, constraints, each, message, condition: validateIf }));
}

/** What a demand says of a value that does not meet it, as class-validator words it. */
export function messageOf({ message, validator }: Partial<Demand>, args: ValidationArguments): string {
  const own = validator?.instance.defaultMessage;
  const said = message ?? (own ? validator.instance.defaultMessage?.(args) : undefined);
  const text = typeof said === 'function' ? said(args) : said;
  return typeof text === 'string' && text !== '' ? filledIn(text, args) : 'is not valid';
}

function filledIn(text: string, { constraints = [], value, property, targetName }: ValidationArguments): string {
  const withConstraints = constraints.reduce<string>(
    (filled, constraint, at) => filled.replaceAll(`$constraint${at + 1}`, () => constraintText(constraint)),
    text,
  );
  const withValue = SHOWN.has(typeof value)
    ? withConstraints.replaceAll('$value', () => String(value))
    : withConstraints;
  return withValue.replaceAll('$property', () => property).replaceAll('$target', () => targetName);
}

/** The types of values that messages may show. */
const SHOWN: ReadonlySet<string> = new Set(['string', 'boolean', 'number']);

function constraintText(constraint: unknown): string {
  if (Array.isArray(constraint)) return constraint.join(', ');
  return typeof constraint === 'symbol' ? (constraint.description ?? '') : String(constraint);
}
