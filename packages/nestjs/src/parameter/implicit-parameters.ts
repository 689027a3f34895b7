import { PARAMTYPES_METADATA } from '@nestjs/common/constants.js';
import { declareParameter, parameterEntries } from './parameter-metadata.js';

/**
 * Declares parameters that need no decorator: a method's only parameter takes the payload. If Repid fills no parameter,
 * declares an extra one after the last: Nest asks for its value once the guards have passed.
 */
export function declareImplicitParameters(prototype: object, method: string | symbol, callback: Function): void {
  const entries = Object.values(parameterEntries(prototype, method));
  const types = Reflect.getMetadata(PARAMTYPES_METADATA, prototype, method) as unknown[] | undefined;
  const count = types?.length ?? callback.length;
  if (count === 1 && entries.length === 0)
    declareParameter(prototype, method, { index: 0, source: { from: 'payload' } });
  else if (!entries.some((entry) => entry.source)) declareParameter(prototype, method, { index: count });
}
