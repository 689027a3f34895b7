import { PARAMTYPES_METADATA } from '@nestjs/common/constants.js';
import { ActorDefinitionError, type ActorParameter } from '@repid/core';
import { MessageDependency } from './message-dependency.decorator.js';
import { isCustomKey, parameterEntries, type ParameterEntry } from './parameter-metadata.js';
import { parameterNames } from './parameter-names.js';
import { pipesEnd } from './pipes-end.js';

/** A parameter that is filled from the message, and its place. */
export interface PlacedParameter {
  readonly index: number;
  readonly source: ActorParameter;
}

/** An entry of ours. */
type Declared = ParameterEntry & PlacedParameter;

/** Types that no JSON value can be checked against. */
const UNREADABLE = new Set<unknown>([BigInt, Symbol, Function, Map, Set, WeakMap, WeakSet, Promise, RegExp]);

/**
 * The parameters of an actor, in their order, with the types that they are declared with.
 *
 * @param label `Class.method`, for errors
 * @throws ActorDefinitionError for a parameter that nothing fills, or whose type no payload can have
 */
export function readParameters(prototype: object, method: string, label: string): PlacedParameter[] {
  const callback = (prototype as Record<string, Function>)[method] as Function;
  const types = Reflect.getMetadata(PARAMTYPES_METADATA, prototype, method) as Function[] | undefined;
  const entries = parameterEntries(prototype, method);
  const nameOf = (index: number): string => describe(index, callback, label);
  refuseForeign(entries, nameOf);
  const declared = new Set(Object.values(entries).map((entry) => entry.index));
  for (let index = 0; index < (types?.length ?? callback.length); index += 1) {
    if (!declared.has(index)) throw new ActorDefinitionError(`${nameOf(index)} is filled by nothing. ${REMEDY}`);
  }
  return Object.values(entries)
    .filter((entry): entry is Declared => entry.source !== undefined)
    .toSorted((one, other) => one.index - other.index)
    .map((entry) => ({ index: entry.index, source: withType(entry, types?.[entry.index], nameOf(entry.index)) }));
}

const REMEDY =
  "Decorate it with @Payload('field'), @DependencyResults(), @MessageDependency() or @MessageHeader('name'); only a sole parameter takes the payload undecorated.";

function refuseForeign(entries: Readonly<Record<string, ParameterEntry>>, nameOf: (index: number) => string): void {
  for (const [key, { index }] of Object.entries(entries)) {
    if (isCustomKey(key)) continue;
    throw new ActorDefinitionError(
      `${nameOf(index)} wears a decorator of another transport, such as @Body() or the @Payload() of @nestjs/microservices. ` +
        "Import Payload, MessageHeader, MessageDependency and DependencyResults from '@repid/nestjs'.",
    );
  }
}

function withType({ source, pipes }: Declared, type: Function | undefined, name: string): ActorParameter {
  if (source.from === 'dependency-results' && !hasPipes(pipes)) requireArray(type, name);
  if (source.from !== 'payload' || source.schema) return source;
  if (type === (MessageDependency as unknown)) {
    throw new ActorDefinitionError(
      `${name} is declared as MessageDependency and takes the payload. Decorate it with @MessageDependency().`,
    );
  }
  if (UNREADABLE.has(type)) {
    throw new ActorDefinitionError(
      `${name} is declared as ${type?.name}, which no payload is. Give @Payload({ schema }), or declare what travels.`,
    );
  }
  return { ...source, type };
}

/** What a pipe makes of the results may be anything. */
function hasPipes(pipes: ParameterEntry['pipes']): boolean {
  return pipes.some((pipe) => pipe !== pipesEnd);
}

/** `Object` stands for whatever the compiler could not name. */
function requireArray(type: Function | undefined, name: string): void {
  if (type === undefined || type === Array || type === Object) return;
  throw new ActorDefinitionError(
    `${name} is declared as ${type.name}, and results come as an array, one for each dependency. Declare it as an array.`,
  );
}

function describe(index: number, callback: Function, label: string): string {
  const name = parameterNames(callback)[index];
  return `Parameter ${index}${name ? ` ("${name}")` : ''} of actor "${label}"`;
}
