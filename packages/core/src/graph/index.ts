export type { JobExplanation } from './explanation.js';
export * from './job-graph.js';
