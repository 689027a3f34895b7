import { createRequire } from 'node:module';
import { Exclude } from 'class-transformer';
import type { MetadataStorage } from 'class-transformer/types/MetadataStorage.js';

const STORAGE = 'class-transformer/cjs/storage.js';

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
  const tables = Object.keys(found);
  return found.getStrategy(type) === 'excludeAll' && TABLES.every((table) => tables.includes(table));
}

/** The tables of decorators that are looked into. */
const TABLES = ['_typeMetadatas', '_transformMetadatas'] as const;

/** What decorators of class-transformer have said; undefined where that is out of sight. */
export const transformerStorage = findStorage();
