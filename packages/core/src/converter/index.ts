export * from './basic-converter.js';
export * from './converter.js';
