export * from './explanation.js';
export * from './job-graph.js';
