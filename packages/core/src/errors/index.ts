export * from './repid-error.js';
export * from './errors.js';
export { describeError, errorText, stackOf, toError, type ErrorDescription } from './describe-error.js';
export { escapeControls } from './escape.js';
export { isA } from './is-a.js';
export { bucketTimeout } from './timeouts.js';
