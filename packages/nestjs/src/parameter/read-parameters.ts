import { PARAMTYPES_METADATA } from '@nestjs/common/constants.js';
import { ActorDefinitionError, type ActorParameter } from '@repid/core';
import { DependencyResults } from './dependency-results.decorator.js';
import { MessageDependency } from './message-dependency.decorator.js';
import { MessageHeader } from './message-header.decorator.js';
import { isCustomKey, parameterEntries, type ParameterEntry } from './parameter-metadata.js';
import { parameterNames } from './parameter-names.js';
import { pipeCounter } from './pipe-counter.js';

/** A parameter that Repid fills, with its index in the method's signature. */
export interface IndexedParameter {
  readonly index: number;
  readonly source: ActorParameter;
}

/** An entry of one of Repid's decorators. */
type SourcedEntry = ParameterEntry & IndexedParameter;

/** Decorators that are also types of what they fill in. The compiler may emit the decorator as the type. */
const FROM_ELSEWHERE: readonly (readonly [decorator: { readonly name: string }, usage: string])[] = [
  [MessageDependency, '@MessageDependency()'],
  [DependencyResults, '@DependencyResults()'],
  [MessageHeader, "@MessageHeader('name')"],
];

/** Types that a JSON value cannot be converted to. */
const UNSUPPORTED_TYPES = new Set<unknown>([BigInt, Symbol, Function, Map, Set, WeakMap, WeakSet, Promise, RegExp]);

/**
 * Returns the parameters of an actor in order, with their declared types.
 *
 * @param label `Class.method`, for errors
 * @throws ActorDefinitionError for a parameter without a source, or with a type that no payload can have
 */
export function readParameters(prototype: object, method: string, label: string): IndexedParameter[] {
  const callback = (prototype as Record<string, Function>)[method] as Function;
  const types = Reflect.getMetadata(PARAMTYPES_METADATA, prototype, method) as Function[] | undefined;
  const entries = parameterEntries(prototype, method);
  const nameOf = (index: number): string => describe(index, callback, label);
  requireNoTransportDecorators(entries, nameOf);
  const declared = new Set(Object.values(entries).map((entry) => entry.index));
  for (let index = 0; index < (types?.length ?? callback.length); index += 1) {
    if (!declared.has(index)) throw new ActorDefinitionError(`${nameOf(index)} has no source. ${REMEDY}`);
  }
  return Object.values(entries)
    .filter((entry): entry is SourcedEntry => entry.source !== undefined)
    .toSorted((one, other) => one.index - other.index)
    .map((entry) => ({ index: entry.index, source: withType(entry, types?.[entry.index], nameOf(entry.index)) }));
}

const REMEDY =
  "Decorate it with @Payload('field'), @DependencyResults(), @MessageDependency() or @MessageHeader('name'). Only a method's single parameter takes the payload without a decorator.";

function requireNoTransportDecorators(
  entries: Readonly<Record<string, ParameterEntry>>,
  nameOf: (index: number) => string,
): void {
  for (const [key, { index }] of Object.entries(entries)) {
    if (isCustomKey(key)) continue;
    throw new ActorDefinitionError(
      `${nameOf(index)} has a decorator of another transport, such as @Body() or the @Payload() of @nestjs/microservices. ` +
        "Import Payload, MessageHeader, MessageDependency and DependencyResults from '@repid/nestjs'.",
    );
  }
}

function withType({ source, pipes }: SourcedEntry, type: Function | undefined, name: string): ActorParameter {
  if (source.from === 'dependency-results' && !hasPipes(pipes)) requireArray(type, name);
  if (source.from !== 'payload' || source.schema) return source;
  const elsewhere = FROM_ELSEWHERE.find(([decorator]) => decorator === type);
  if (elsewhere) {
    const [{ name: declared }, usage] = elsewhere;
    throw new ActorDefinitionError(
      `${name} has the type ${declared} but takes the payload. Decorate it with ${usage}.`,
    );
  }
  if (UNSUPPORTED_TYPES.has(type)) {
    throw new ActorDefinitionError(
      `${name} has the type ${type?.name}, which a payload cannot have. Use @Payload({ schema }), or declare the type that is sent.`,
    );
  }
  return { ...source, type };
}

/** Returns the indexes of the parameters with pipes of their own. */
export function pipedParameters(prototype: object, method: string): ReadonlySet<number> {
  const entries = Object.values(parameterEntries(prototype, method));
  return new Set(entries.filter(({ pipes }) => hasPipes(pipes)).map(({ index }) => index));
}

/** Returns true if the user declared pipes. Pipes may change the type of the results. */
function hasPipes(pipes: ParameterEntry['pipes']): boolean {
  return pipes.some((pipe) => pipe !== pipeCounter);
}

/** `Object` is what the compiler emits for types without a class. */
function requireArray(type: Function | undefined, name: string): void {
  if (type === undefined || type === Array || type === Object || type === DependencyResults) return;
  throw new ActorDefinitionError(
    `${name} has the type ${type.name}, but takes an array with one result per dependency. Declare it as an array.`,
  );
}

function describe(index: number, callback: Function, label: string): string {
  const name = parameterNames(callback)[index];
  return `Parameter ${index}${name ? ` ("${name}")` : ''} of actor "${label}"`;
}
