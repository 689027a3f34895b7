import { InvalidOptionError } from '@repid/core';
import { declareParameter } from './parameter-metadata.js';
import { requirePipes, type Pipe } from './pipe.js';

/**
 * Hands a header of the message to this parameter: text, or undefined where there is none.
 *
 * @param name the header's name, as it was sent
 * @param pipes Nest pipes for its value
 * @throws InvalidOptionError
 */
export function MessageHeader(name: string, ...pipes: Pipe[]): ParameterDecorator {
  if (typeof name !== 'string' || name === '') throw new InvalidOptionError(MISTAKEN);
  const checked = requirePipes(pipes, MISTAKEN);
  return (target, method, index) => {
    const source = { from: 'header', name } as const;
    declareParameter(target, method as string, { index, source, data: name, pipes: checked });
  };
}

const MISTAKEN = '@MessageHeader() takes the name of a header, and then only pipes.';
