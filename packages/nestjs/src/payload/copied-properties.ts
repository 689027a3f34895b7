import { Exclude, TransformationType } from 'class-transformer';
import { defaultMetadataStorage } from 'class-transformer/cjs/storage.js';

/** False where class-transformer was bundled twice, so that decorators do not write to the storage that is seen here. */
const seesDecorators = isSeenWhenExcluded();

/**
 * The properties among these that class-transformer only copies, told once for a class: its own way asks for each of them,
 * for each payload, in five tables. None where a class has decorators that concern all of it.
 */
export function copiedProperties(type: Function, properties: ReadonlySet<string>): ReadonlySet<string> {
  if (!seesDecorators || isSelective(type)) return new Set();
  return new Set([...properties].filter((property) => isCopied(type, property)));
}

/** True where it chooses what it exposes. */
function isSelective(type: Function): boolean {
  return (
    defaultMetadataStorage.getStrategy(type) !== 'none' ||
    defaultMetadataStorage.getExposedMetadatas(type).length > 0 ||
    defaultMetadataStorage.getExcludedMetadatas(type).length > 0
  );
}

/** Methods and accessors of the class are not overwritten, or not by mere copying. */
function isCopied(type: Function, property: string): boolean {
  const { PLAIN_TO_CLASS } = TransformationType;
  return (
    !(property in (type.prototype as object)) &&
    defaultMetadataStorage.findTypeMetadata(type, property) === undefined &&
    defaultMetadataStorage.findTransformMetadatas(type, property, PLAIN_TO_CLASS).length === 0
  );
}

function isSeenWhenExcluded(): boolean {
  const type = (): void => undefined;
  Exclude()(type);
  return defaultMetadataStorage.getStrategy(type) === 'excludeAll';
}
