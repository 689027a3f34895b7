export { ClassConverter, type ClassConverterOptions } from './class-converter.js';
export type { UnknownProperties } from './unknown-properties.js';
