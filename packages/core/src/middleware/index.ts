export * from './middlewares.js';
