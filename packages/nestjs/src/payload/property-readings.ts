import { TransformationType, type TransformFnParams } from 'class-transformer';
import type { MetadataStorage } from 'class-transformer/types/MetadataStorage.js';
import type { Discriminator } from './sub-types.js';
import { transformerStorage } from './transformer-storage.js';

/** How class-transformer reads a property of a class from a plain value. */
export interface PropertyReading {
  /** The class of its value, or of the items of its array; undefined where it is taken as it is. */
  readonly type?: Function;
  /** Chooses among classes, by a property of the value. */
  readonly discriminator?: Discriminator;
  /** What `@Transform()` has said, in the order it is called. */
  readonly transforms: readonly ((params: TransformFnParams) => unknown)[];
}

/** Stands for what only class-transformer can do. */
export const BY_LIBRARY = 'by class-transformer';

/** How the properties of a class are read. */
export interface ClassReading {
  /** Of those that the class declares. */
  readonly declared: ReadonlyMap<string, PropertyReading | typeof BY_LIBRARY>;
  /** Of any other. */
  of(property: string): PropertyReading | typeof BY_LIBRARY;
}

const { PLAIN_TO_CLASS } = TransformationType;

/** How the class is read; undefined where only class-transformer can do it: it chooses what it exposes, or is out of sight. */
export function classReading(type: Function, properties: readonly string[]): ClassReading | undefined {
  const storage = transformerStorage;
  if (storage === undefined || isSelective(storage, type)) return undefined;
  const decorated = new Map(decoratedNames(storage, type).map((name) => [name, readingOf(storage, type, name)]));
  const of = (name: string): PropertyReading | typeof BY_LIBRARY => {
    // Methods and accessors of the class are not overwritten, or not by mere copying.
    return name in (type.prototype as object) ? BY_LIBRARY : (decorated.get(name) ?? AS_IT_IS);
  };
  return { declared: new Map(properties.map((name) => [name, of(name)])), of };
}

/** The names of properties that wear `@Type()` or `@Transform()`, in the class or in one that it extends. */
function decoratedNames(storage: MetadataStorage, type: Function): string[] {
  const { _typeMetadatas, _transformMetadatas } = storage as unknown as Tables;
  const names: string[] = [];
  for (let one: unknown = type; typeof one === 'function'; one = Object.getPrototypeOf(one)) {
    for (const table of [_typeMetadatas, _transformMetadatas]) names.push(...(table.get(one)?.keys() ?? []));
  }
  return names;
}

/** What class-transformer keeps by class, and then by the name of a property. */
type Tables = Readonly<Record<'_typeMetadatas' | '_transformMetadatas', Map<Function, Map<string, unknown>>>>;

/** True where it chooses what it exposes. */
function isSelective(storage: MetadataStorage, type: Function): boolean {
  return (
    storage.getStrategy(type) !== 'none' ||
    storage.getExposedMetadatas(type).length > 0 ||
    storage.getExcludedMetadatas(type).length > 0
  );
}

function readingOf(storage: MetadataStorage, type: Function, property: string): PropertyReading | typeof BY_LIBRARY {
  const transforms = storage
    .findTransformMetadatas(type, property, PLAIN_TO_CLASS)
    .filter(({ options }) => !options?.groups?.length)
    .map(({ transformFn }) => transformFn);
  const typed = storage.findTypeMetadata(type, property);
  if (typed === undefined) return { transforms };
  const found = typeOf(typed);
  if (found === BY_LIBRARY) return BY_LIBRARY;
  return { type: found === Object ? undefined : found, discriminator: discriminatorFrom(typed.options), transforms };
}

type TypeMetadata = NonNullable<ReturnType<MetadataStorage['findTypeMetadata']>>;

/** The type that `@Type()` names; one that depends on the payload, or is a collection of its own, is not for us. */
function typeOf({ typeFunction, reflectedType }: Partial<TypeMetadata>): Function | undefined | typeof BY_LIBRARY {
  if (isCollection(reflectedType) || (typeFunction?.length ?? 0) > 0) return BY_LIBRARY;
  const found = (typeFunction ? typeFunction() : reflectedType) as Function | undefined;
  return isCollection(found) || found === Buffer ? BY_LIBRARY : found;
}

/** Of a property without decorators of class-transformer. */
export const AS_IT_IS: PropertyReading = { transforms: [] };

/** Sets, maps and arrays of other classes are made by class-transformer. */
function isCollection(type: unknown): boolean {
  if (typeof type !== 'function' || type === Array) return false;
  return COLLECTIONS.some((one) => type === one || Object.prototype.isPrototypeOf.call(one, type));
}

const COLLECTIONS: readonly Function[] = [Array, Set, Map, Promise];

function discriminatorFrom(options: TypeMetadata['options']): Discriminator | undefined {
  const { discriminator, keepDiscriminatorProperty = false } = options ?? {};
  if (!discriminator?.property || !discriminator.subTypes) return undefined;
  return { ...discriminator, isKept: keepDiscriminatorProperty };
}

/** A property with `@Type()` of a class that class-transformer reads, under the name that payloads have it; undefined for any other. */
export function typedProperty(type: Function, property: string) {
  const typed = transformerStorage?.findTypeMetadata(type, property);
  if (transformerStorage === undefined || typed === undefined) return undefined;
  const found = typeOf({ ...typed, reflectedType: undefined });
  return {
    givenAs: transformerStorage.findExposeMetadata(type, property)?.options?.name ?? property,
    type: found === BY_LIBRARY ? undefined : found,
    discriminator: discriminatorFrom(typed.options),
  };
}
