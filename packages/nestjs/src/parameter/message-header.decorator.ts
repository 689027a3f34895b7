import { InvalidOptionError } from '@repid/core';
import { declareParameter } from './parameter-metadata.js';
import type { Marked } from './mark.js';
import { requirePipes, type Pipe } from './pipe.js';

/** A header, if the message has it. As the type of the parameter, it tells clients that the parameter is no payload. */
export type MessageHeader = Marked<string> | undefined;

/**
 * Fills the parameter with a header of the message: a string, or undefined if the message has no such header.
 *
 * @param name the header's name, as it was sent
 * @param pipes Nest pipes for the value
 * @throws InvalidOptionError
 */
export function MessageHeader(name: string, ...pipes: Pipe[]): ParameterDecorator {
  if (typeof name !== 'string' || name === '') throw new InvalidOptionError(USAGE);
  const checked = requirePipes(pipes, USAGE);
  return (target, method, index) => {
    const source = { from: 'header', name } as const;
    declareParameter(target, method as string, { index, source, data: name, pipes: checked });
  };
}

const USAGE = '@MessageHeader() takes the name of a header, then pipes only.';
