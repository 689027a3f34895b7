import { getMetadataStorage, ValidationTypes, type ValidatorConstraintInterface } from 'class-validator';

type Storage = ReturnType<typeof getMetadataStorage>;

/** A decorator of class-validator on a property, as its storage keeps it. */
type Decoration = ReturnType<Storage['getTargetValidationMetadatas']>[number];

/** What the decorators of class-validator ask of a property. */
export interface PropertyRule {
  readonly property: string;
  /** `@IsOptional()`, `@ValidateIf()`: where one of them is not met, nothing is asked. */
  readonly conditions: readonly Condition[];
  readonly demands: readonly Demand[];
  /** `@ValidateNested()` */
  readonly isNested: boolean;
}

type Condition = (object: object, value: unknown) => unknown;

/** A validator, with what it was given. */
export interface Demand {
  /** Its `instance` is to be asked for each time: the user's container may give another. */
  readonly validator: { readonly instance: ValidatorConstraintInterface };
  readonly constraints: unknown[];
  /** Asked of each item of a collection. */
  readonly each: boolean;
}

/** The rules of a class; undefined where a validator is asynchronous, or a decoration is one that only class-validator reads. */
export function rulesFrom(decorations: readonly Decoration[]): PropertyRule[] | undefined {
  if (!decorations.every(isPlain)) return undefined;
  const properties = new Set(decorations.map(({ propertyName }) => propertyName));
  return [...properties].map((property) =>
    ruleFrom(
      property,
      decorations.filter(({ propertyName }) => propertyName === property),
    ),
  );
}

function isPlain(decoration: Decoration): boolean {
  if (decoration.validateIf) return false;
  if (isDemanding(decoration)) return validatorsOf(decoration).every((validator) => !validator.async);
  return PLAIN.has(decoration.type);
}

const PLAIN = new Set([
  ValidationTypes.CONDITIONAL_VALIDATION,
  ValidationTypes.NESTED_VALIDATION,
  ValidationTypes.WHITELIST,
]);

function isDemanding({ type }: Decoration): boolean {
  return type === ValidationTypes.CUSTOM_VALIDATION || type === ValidationTypes.IS_DEFINED;
}

function validatorsOf({ constraintCls }: Decoration): ReturnType<Storage['getTargetValidatorConstraints']> {
  return getMetadataStorage().getTargetValidatorConstraints(constraintCls);
}

function ruleFrom(property: string, decorations: readonly Decoration[]): PropertyRule {
  const ofType = (wanted: string): Decoration[] => decorations.filter(({ type }) => type === wanted);
  return {
    property,
    conditions: ofType(ValidationTypes.CONDITIONAL_VALIDATION).map(({ constraints }) => constraints[0] as Condition),
    demands: decorations.filter(isDemanding).flatMap(demandsFrom),
    isNested: ofType(ValidationTypes.NESTED_VALIDATION).length > 0,
  };
}

function demandsFrom(decoration: Decoration): Demand[] {
  const { constraints, each } = decoration;
  return validatorsOf(decoration).map((validator) => ({ validator, constraints, each }));
}
