import type { MessageDependency as CoreMessageDependency } from '@repid/core';
import { declareParameter } from './parameter-metadata.js';

/** The message that an actor processes, with its operations. Also the name of the param decorator. */
export type MessageDependency = CoreMessageDependency;

/**
 * Fills the parameter with the message. Also the name of the parameter's type. It is typed as a class because the
 * compiler emits metadata only for classes; `readParameters` uses that metadata to report a message parameter without
 * the decorator.
 */
export const MessageDependency = ((): ParameterDecorator => (target, method, index) => {
  declareParameter(target, method as string, { index, source: { from: 'message' } });
}) as MessageDependencyDecorator;

type MessageDependencyDecorator = (() => ParameterDecorator) & (abstract new (...args: never) => MessageDependency);
