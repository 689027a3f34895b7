import { requireEventType, type RepidEventListener, type RepidEventOf, type RepidEventType } from './repid-events.js';

const LISTENERS = 'repid:listeners';

/** A method that listens to an event. */
export interface DeclaredListener {
  readonly type: RepidEventType;
  readonly connection: string;
}

/** A decorator for methods that take the event. */
export type EventMethodDecorator<Type extends RepidEventType> = <Method extends (event: RepidEventOf<Type>) => unknown>(
  target: object,
  method: string | symbol,
  descriptor: TypedPropertyDescriptor<Method>,
) => void;

/**
 * Calls the method of a provider or controller for each event of this type in this process. A method may listen to
 * several events.
 *
 * @param options.connection the connection. Default: the default connection
 * @throws InvalidOptionError for an unknown type
 */
export function OnRepidEvent<Type extends RepidEventType>(
  type: Type,
  { connection = 'default' }: { readonly connection?: string } = {},
): EventMethodDecorator<Type> {
  requireEventType(type);
  return (target, method) => {
    const own = (Reflect.getOwnMetadata(LISTENERS, target, method) as DeclaredListener[] | undefined) ?? [];
    const declared = [...own, { type, connection }];
    Reflect.defineMetadata(LISTENERS, declared, target, method);
  };
}

/** Returns what a method listens to, or the method that it overrides. */
export function listenersOf(prototype: object, method: string | symbol): readonly DeclaredListener[] {
  return (Reflect.getMetadata(LISTENERS, prototype, method) as DeclaredListener[] | undefined) ?? [];
}

/** A listener that is bound to its provider. */
export interface FoundListener extends DeclaredListener {
  /** `Class.method`. */
  readonly label: string;
  readonly listener: RepidEventListener<RepidEventType>;
}
