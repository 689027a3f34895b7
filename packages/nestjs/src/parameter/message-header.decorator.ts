import { declareParameter } from './parameter-metadata.js';
import type { Pipe } from './pipe.js';

/**
 * Hands a header of the message to this parameter: text, or undefined where there is none.
 *
 * @param name the header's name, as it was sent
 * @param pipes Nest pipes for its value
 */
export function MessageHeader(name: string, ...pipes: Pipe[]): ParameterDecorator {
  return (target, method, index) => {
    declareParameter(target, method as string, { index, source: { from: 'header', name }, data: name, pipes });
  };
}
