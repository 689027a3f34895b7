import type { JobInspection } from '../broker/index.js';
import type { Connection } from '../connection/connection.js';
import type { Condition } from '../dependency/index.js';
import { endedState } from '../job/job-status.js';
import { HEADER, readParameters, resultBucketOf } from '../message/index.js';
import type { GraphEdge, GraphJob, JobGraph } from './job-graph.js';

/** A limit for large graphs: the result is meant for people. */
const MOST_NODES = 1_000;

/** A job to visit, and what is known about it before the broker is asked. */
export interface GraphStop {
  /** The job's id, or the id of its result bucket. */
  readonly id: string;
  readonly name?: string;
  /** The bucket of its result. */
  readonly bucketId?: string;
  readonly waitsFor?: readonly { readonly bucketId: string; readonly condition?: Condition }[];
}

/**
 * Walks from a job to all jobs that it waits for and that wait for it, across channels. Visits at most a thousand jobs.
 */
export class GraphWalk {
  private readonly nodes = new Map<string, GraphJob>();
  private readonly edges = new Map<string, GraphEdge>();
  private readonly stops = new Map<string, GraphStop>();

  constructor(private readonly connection: Connection) {}

  async from(start: GraphStop): Promise<JobGraph> {
    this.goTo(start);
    for (const stop of this.stops.values()) if (this.nodes.size < MOST_NODES) await this.visit(stop);
    const edges = [...this.edges.values()].filter(({ from, to }) => this.nodes.has(from) && this.nodes.has(to));
    return { nodes: [...this.nodes.values()], edges };
  }

  private goTo(stop: GraphStop): void {
    if (!this.stops.has(stop.id)) this.stops.set(stop.id, stop);
  }

  private async visit(stop: GraphStop): Promise<void> {
    const { broker } = this.connection;
    const inspection = await broker.inspect(stop.id);
    const bucketId = bucketOf(stop, inspection);
    if (inspection === undefined && this.nodes.has(bucketId)) return;
    await this.note(bucketId, stop, inspection);
    for (const wait of inspection ? waitsIn(inspection) : (stop.waitsFor ?? [])) this.connect(wait, bucketId);
    for (const { jobId } of await broker.waiters(bucketId)) this.goTo({ id: jobId });
  }

  private async note(bucketId: string, stop: GraphStop, inspection: JobInspection | undefined): Promise<void> {
    const name = inspection?.message.headers[HEADER.topic] ?? stop.name;
    const state = inspection?.location ?? endedState(await this.connection.buckets.findResult(bucketId));
    this.nodes.set(bucketId, { bucketId, name, state });
  }

  private connect({ bucketId: from, condition }: { bucketId: string; condition?: Condition }, to: string): void {
    this.edges.set(`${from} ${to}`, { from, to, condition });
    this.goTo({ id: from, bucketId: from });
  }
}

/** A job that stores no result is identified by its id. */
function bucketOf({ bucketId, id }: GraphStop, inspection: JobInspection | undefined): string {
  return bucketId ?? resultBucketOf(inspection?.message.headers ?? {}) ?? id;
}

/** All buckets that the job waited for; those it still waits for have a condition. */
function waitsIn({ message, missing = [] }: JobInspection): { bucketId: string; condition?: Condition }[] {
  const conditions = new Map(missing.map((wait) => [wait.bucketId, wait.condition]));
  const { dependsOn = [] } = readParameters(message.headers);
  return dependsOn.map((bucketId) => ({ bucketId, condition: conditions.get(bucketId) }));
}
