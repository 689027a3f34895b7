export * from './swap-remove-list.js';
