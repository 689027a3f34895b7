export * from './serializer.js';
export { JSON_CONTENT_TYPE, jsonSerializer } from './json-serializer.js';
