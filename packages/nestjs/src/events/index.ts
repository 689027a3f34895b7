export * from './log-events.js';
export { OnRepidEvent, listenersOf, type FoundListener } from './on-repid-event.decorator.js';
export {
  RepidEvents,
  type AnyRepidEvent,
  type RepidEventListener,
  type RepidEventOf,
  type RepidEventType,
} from './repid-events.js';
