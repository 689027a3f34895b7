import type { Condition } from '../dependency/index.js';
import type { JobStatus } from '../job/job-status.js';

/** A job in a graph, identified by its result bucket. */
export interface GraphJob {
  readonly bucketId: string;
  /** The job's name; undefined if only the bucket is known. */
  readonly name?: string;
  readonly state: JobStatus['state'];
}

/** One job that waits for another. */
export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  /** The condition it waits for; undefined once it no longer waits. */
  readonly condition?: Condition;
}

/** The jobs around a job. */
export interface JobGraph {
  readonly nodes: readonly GraphJob[];
  readonly edges: readonly GraphEdge[];
}

/** The graph as a Mermaid flowchart. */
export function toMermaid({ nodes, edges }: JobGraph): string {
  const names = new Map(nodes.map(({ bucketId }, index) => [bucketId, `job${index}`]));
  const boxes = nodes.map(
    ({ bucketId, name, state }) => `  ${names.get(bucketId)}["${escape(name ?? bucketId)}<br/>${state}"]`,
  );
  const arrows = edges.map(({ from, to, condition }) => {
    const label = condition === undefined ? '' : `|${condition}|`;
    return `  ${names.get(from)} -->${label} ${names.get(to)}`;
  });
  return ['flowchart LR', ...boxes, ...arrows].join('\n');
}

function escape(text: string): string {
  return text.replaceAll('&', '#amp;').replaceAll('"', '#quot;').replaceAll('<', '#lt;').replaceAll('>', '#gt;');
}
