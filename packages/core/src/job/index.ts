export { Job } from './job.js';
export type { JobOptions } from './job-options.js';
export type { JobStatus, EndedState } from './job-status.js';
