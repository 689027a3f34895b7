export * from './bag.js';
