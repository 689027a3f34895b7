import {
  getMetadataStorage,
  type ValidationArguments,
  ValidationTypes,
  type ValidatorConstraintInterface,
} from 'class-validator';

type Storage = ReturnType<typeof getMetadataStorage>;

/** A class-validator decorator on a property, in the format of class-validator's storage. */
type Decoration = ReturnType<Storage['getTargetValidationMetadatas']>[number];

/** The class-validator decorators of one property. */
export interface PropertyRule {
  readonly property: string;
  /** From `@IsOptional()` and `@ValidateIf()`. If one of them returns a falsy value, the property is not validated. */
  readonly conditions: readonly Condition[];
  readonly validators: readonly PropertyValidator[];
  /** The message of `@ValidateNested()` for a value that is not an object; undefined without that decorator. */
  readonly nested: Pick<PropertyValidator, 'message'> | undefined;
}

type Condition = (object: object, value: unknown) => unknown;

/** A class-validator validator with the options of its decorator. */
export interface PropertyValidator {
  /** Read `instance` for each validation: the user's container may return a different one each time. */
  readonly constraint: { readonly instance: ValidatorConstraintInterface };
  readonly constraints: unknown[];
  /** Whether to validate each item of a collection. */
  readonly each: boolean;
  /** The validator runs only if this returns a truthy value. */
  readonly condition: Condition | undefined;
  /** The decorator's message. Default: the validator's own message. */
  readonly message: Decoration['message'] | undefined;
}

/** Groups the decorators of a class by property. */
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
    validators: [...ofType(IS_DEFINED), ...ofType(CUSTOM_VALIDATION)].flatMap(validatorsFrom),
    nested: ofType(NESTED_VALIDATION, PROMISE_VALIDATION)[0],
  };
}

function validatorsFrom({ constraints, each, constraintCls, message, validateIf }: Decoration): PropertyValidator[] {
  return getMetadataStorage()
    .getTargetValidatorConstraints(constraintCls)
    .map((constraint) => ({ constraint, constraints, each, message, condition: validateIf }));
}

/** Returns the message for an invalid value, as class-validator would format it. */
export function messageOf({ message, constraint }: Partial<PropertyValidator>, args: ValidationArguments): string {
  const template = message ?? constraint?.instance.defaultMessage?.(args);
  const text = typeof template === 'function' ? template(args) : template;
  return typeof text === 'string' && text !== '' ? fillPlaceholders(text, args) : 'is not valid';
}

/** Replaces class-validator's placeholders: `$constraint1`, `$value`, `$property`, `$target`. */
function fillPlaceholders(
  text: string,
  { constraints = [], value, property, targetName }: ValidationArguments,
): string {
  const withConstraints = constraints.reduce<string>(
    (replaced, constraint, index) => replaced.replaceAll(`$constraint${index + 1}`, () => constraintText(constraint)),
    text,
  );
  const withValue = PRINTABLE_TYPES.has(typeof value)
    ? withConstraints.replaceAll('$value', () => String(value))
    : withConstraints;
  return withValue.replaceAll('$property', () => property).replaceAll('$target', () => targetName);
}

/** The types of values that class-validator prints in messages. */
const PRINTABLE_TYPES: ReadonlySet<string> = new Set(['string', 'boolean', 'number']);

function constraintText(constraint: unknown): string {
  if (Array.isArray(constraint)) return constraint.join(', ');
  return typeof constraint === 'symbol' ? (constraint.description ?? '') : String(constraint);
}
