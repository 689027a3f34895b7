export * from './router.js';
export * from './routing-strategy.js';
