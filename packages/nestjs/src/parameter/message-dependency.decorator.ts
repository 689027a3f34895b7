import type { MessageDependency as CoreMessageDependency } from '@repid/core';
import { declareParameter } from './parameter-metadata.js';

/** The message that an actor runs on, and what the actor may do with it. Also the name of the decorator that asks for it. */
export type MessageDependency = CoreMessageDependency;

/** Hands the message to this parameter. Also the name of the parameter's type. */
export const MessageDependency = (): ParameterDecorator => (target, method, index) => {
  declareParameter(target, method as string, { index, source: { from: 'message' } });
};
