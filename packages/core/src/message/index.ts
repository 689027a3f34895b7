export * from './message.js';
export * from './header-names.js';
export * from './channel-name.js';
