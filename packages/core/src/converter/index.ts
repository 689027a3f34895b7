export * from './basic-converter.js';
export type { Conversion } from './conversion.js';
export * from './converter.js';
