import { runApp } from './app.mjs';

await runApp('worker');
