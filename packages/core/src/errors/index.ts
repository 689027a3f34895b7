export * from './repid-error.js';
export * from './errors.js';
export { describeError, errorText, toError, type ErrorDescription } from './describe-error.js';
export { escapeControls } from './escape.js';
export { bucketTimeout } from './timeouts.js';
