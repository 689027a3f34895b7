export { Job } from './job.js';
export type { JobHandle } from './job-handle.js';
export type { JobOptions } from './job-options.js';
export type { JobStatus, EndedState } from './job-status.js';
export type { OpenJob } from './open-job.js';
export { chain, chord, group } from './workflows.js';
