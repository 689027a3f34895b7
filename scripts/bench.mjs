import { setUp } from './setup.mjs';

setUp('bench');
await import('../bench/dist/main.js');
