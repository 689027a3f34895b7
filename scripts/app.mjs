import { setUp } from './setup.mjs';

/**
 * Sets up and runs an app in this very process, so that signals and the exit code are the app's own.
 *
 * @param {string} name a folder in apps/
 */
export async function runApp(name) {
  setUp(`apps/${name}`);
  await import(`../apps/${name}/dist/main.js`);
}
