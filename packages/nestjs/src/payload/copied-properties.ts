import { createRequire } from 'node:module';
import { Exclude, TransformationType } from 'class-transformer';
import type { MetadataStorage } from 'class-transformer/types/MetadataStorage.js';

const STORAGE = 'class-transformer/cjs/storage.js';

/** What decorators of class-transformer have said; undefined where that is out of sight. */
const storage = findStorage();

/**
 * The properties among these that class-transformer only copies, told once for a class: its own way asks for each of them,
 * for each payload, in five tables. None where a class has decorators that concern all of it.
 */
export function copiedProperties(type: Function, properties: ReadonlySet<string>): ReadonlySet<string> {
  if (storage === undefined || isSelective(storage, type)) return new Set();
  return new Set([...properties].filter((property) => isCopied(storage, type, property)));
}

/** True where it chooses what it exposes. */
function isSelective(metadata: MetadataStorage, type: Function): boolean {
  return (
    metadata.getStrategy(type) !== 'none' ||
    metadata.getExposedMetadatas(type).length > 0 ||
    metadata.getExcludedMetadatas(type).length > 0
  );
}

/** Methods and accessors of the class are not overwritten, or not by mere copying. */
function isCopied(metadata: MetadataStorage, type: Function, property: string): boolean {
  const { PLAIN_TO_CLASS } = TransformationType;
  return (
    !(property in (type.prototype as object)) &&
    metadata.findTypeMetadata(type, property) === undefined &&
    metadata.findTransformMetadatas(type, property, PLAIN_TO_CLASS).length === 0
  );
}

/** It is no part of the public surface, and where modules were bundled it may be another one than decorators write to. */
function findStorage(): MetadataStorage | undefined {
  try {
    const found = createRequire(import.meta.url)(STORAGE) as { readonly defaultMetadataStorage: MetadataStorage };
    return isWrittenTo(found.defaultMetadataStorage) ? found.defaultMetadataStorage : undefined;
  } catch {
    return undefined;
  }
}

function isWrittenTo(found: MetadataStorage): boolean {
  const type = (): void => undefined;
  Exclude()(type);
  return found.getStrategy(type) === 'excludeAll';
}
