import { Inject } from '@nestjs/common';
import { Repid } from '../client/repid.js';
import { RepidEvents } from '../events/repid-events.js';
import { RepidWorker } from '../worker/repid-worker.js';

/** The name of a connection that is not named. */
export const DEFAULT_CONNECTION = 'default';

/** Returns the token of a connection's `Repid`; the class itself for the default connection. */
export function getRepidToken(name: string = DEFAULT_CONNECTION): typeof Repid | string {
  return name === DEFAULT_CONNECTION ? Repid : tokenOf('Repid', name);
}

/** Returns the token of a connection's `RepidWorker`; the class itself for the default connection. */
export function getWorkerToken(name: string = DEFAULT_CONNECTION): typeof RepidWorker | string {
  return name === DEFAULT_CONNECTION ? RepidWorker : tokenOf('RepidWorker', name);
}

/** Returns the token of a connection's `RepidEvents`; the class itself for the default connection. */
export function getEventsToken(name: string = DEFAULT_CONNECTION): typeof RepidEvents | string {
  return name === DEFAULT_CONNECTION ? RepidEvents : tokenOf('RepidEvents', name);
}

/** Returns the token of a connection's message broker. Override it in a test to use another broker. */
export function getMessageBrokerToken(name: string = DEFAULT_CONNECTION): string {
  return tokenOf('MessageBroker', name);
}

/** Returns the token of a connection's arguments bucket broker. The value is null if the connection has none. */
export function getArgsBucketBrokerToken(name: string = DEFAULT_CONNECTION): string {
  return tokenOf('ArgsBucketBroker', name);
}

/** Returns the token of a connection's results bucket broker. The value is null if the connection has none. */
export function getResultsBucketBrokerToken(name: string = DEFAULT_CONNECTION): string {
  return tokenOf('ResultsBucketBroker', name);
}

/** Injects the `Repid` of a connection. @param name default: the default connection */
export const InjectRepid = (name?: string): ParameterDecorator & PropertyDecorator => Inject(getRepidToken(name));

/** Injects the `RepidWorker` of a connection. @param name default: the default connection */
export const InjectWorker = (name?: string): ParameterDecorator & PropertyDecorator => Inject(getWorkerToken(name));

/** Injects the `RepidEvents` of a connection. @param name default: the default connection */
export const InjectEvents = (name?: string): ParameterDecorator & PropertyDecorator => Inject(getEventsToken(name));

/** Injects the message broker of a connection. @param name default: the default connection */
export const InjectMessageBroker = (name?: string): ParameterDecorator & PropertyDecorator =>
  Inject(getMessageBrokerToken(name));

/** Injects the arguments bucket broker of a connection, or null. @param name default: the default connection */
export const InjectArgsBucketBroker = (name?: string): ParameterDecorator & PropertyDecorator =>
  Inject(getArgsBucketBrokerToken(name));

/** Injects the results bucket broker of a connection, or null. @param name default: the default connection */
export const InjectResultsBucketBroker = (name?: string): ParameterDecorator & PropertyDecorator =>
  Inject(getResultsBucketBrokerToken(name));

function tokenOf(what: string, name: string): string {
  return `repid:${what}:${name}`;
}
