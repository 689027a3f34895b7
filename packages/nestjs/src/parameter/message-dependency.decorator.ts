import type { MessageDependency as CoreMessageDependency } from '@repid/core';
import { declareParameter } from './parameter-metadata.js';

/** The message that an actor runs on, and what the actor may do with it. Also the name of the decorator that asks for it. */
export type MessageDependency = CoreMessageDependency;

/**
 * Hands the message to this parameter. Also the name of the parameter's type, so it has the type of a class: only for what
 * can be constructed does the compiler put the name into the metadata, where `readParameters` finds a message without
 * the decorator.
 */
export const MessageDependency = ((): ParameterDecorator => (target, method, index) => {
  declareParameter(target, method as string, { index, source: { from: 'message' } });
}) as MessageDependencyDecorator;

type MessageDependencyDecorator = (() => ParameterDecorator) & (abstract new (...args: never) => MessageDependency);
