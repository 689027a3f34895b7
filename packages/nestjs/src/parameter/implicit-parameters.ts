import { PARAMTYPES_METADATA } from '@nestjs/common/constants.js';
import { declareParameter, parameterEntries } from './parameter-metadata.js';

/**
 * Declares what needs no decorator: a sole parameter takes the payload. Where no parameter is ours, one behind the last
 * stands for them, so that Nest still says when the guards have let a run through.
 */
export function declareImplicitParameters(prototype: object, method: string | symbol, callback: Function): void {
  const entries = Object.values(parameterEntries(prototype, method));
  const types = Reflect.getMetadata(PARAMTYPES_METADATA, prototype, method) as unknown[] | undefined;
  const count = types?.length ?? callback.length;
  if (count === 1 && entries.length === 0)
    declareParameter(prototype, method, { index: 0, source: { from: 'payload' } });
  else if (!entries.some((entry) => entry.source)) declareParameter(prototype, method, { index: count });
}
