import type { JobInspection } from '../broker/index.js';
import type { Connection } from '../connection/connection.js';
import type { Condition } from '../dependency/index.js';
import { endedState } from '../job/job-status.js';
import { HEADER, readParameters, resultBucketOf } from '../message/index.js';
import type { GraphEdge, GraphJob, JobGraph } from './job-graph.js';

/** A graph may be large, and a look at it is for a person. */
const MOST_NODES = 1_000;

/** A job that a walk comes to, and what is known of it before the broker is asked. */
export interface Place {
  /** The job's id, or that of the bucket that its result goes to. */
  readonly id: string;
  readonly name?: string;
  /** The bucket that its result goes to. */
  readonly bucketId?: string;
  readonly waitsFor?: readonly { readonly bucketId: string; readonly condition?: Condition }[];
}

/** Walks from a job to all that it waits for and all that wait for it, whatever their channels, at most a thousand jobs far. */
export class GraphWalk {
  private readonly nodes = new Map<string, GraphJob>();
  private readonly edges = new Map<string, GraphEdge>();
  private readonly places = new Map<string, Place>();

  constructor(private readonly connection: Connection) {}

  async from(start: Place): Promise<JobGraph> {
    this.goTo(start);
    for (const place of this.places.values()) if (this.nodes.size < MOST_NODES) await this.visit(place);
    const edges = [...this.edges.values()].filter(({ from, to }) => this.nodes.has(from) && this.nodes.has(to));
    return { nodes: [...this.nodes.values()], edges };
  }

  private goTo(place: Place): void {
    if (!this.places.has(place.id)) this.places.set(place.id, place);
  }

  private async visit(place: Place): Promise<void> {
    const { broker } = this.connection;
    const inspection = await broker.inspect(place.id);
    const bucketId = bucketOf(place, inspection);
    if (inspection === undefined && this.nodes.has(bucketId)) return;
    await this.note(bucketId, place, inspection);
    for (const wait of inspection ? waitsIn(inspection) : (place.waitsFor ?? [])) this.connect(wait, bucketId);
    for (const { jobId } of await broker.waiters(bucketId)) this.goTo({ id: jobId });
  }

  private async note(bucketId: string, place: Place, inspection: JobInspection | undefined): Promise<void> {
    const name = inspection?.message.headers[HEADER.topic] ?? place.name;
    const state = inspection?.location ?? endedState(await this.connection.buckets.findResult(bucketId));
    this.nodes.set(bucketId, { bucketId, name, state });
  }

  private connect({ bucketId: from, condition }: { bucketId: string; condition?: Condition }, to: string): void {
    this.edges.set(`${from} ${to}`, { from, to, condition });
    this.goTo({ id: from, bucketId: from });
  }
}

/** A job that stores no result is a node by its id. */
function bucketOf({ bucketId, id }: Place, inspection: JobInspection | undefined): string {
  return bucketId ?? resultBucketOf(inspection?.message.headers ?? {}) ?? id;
}

/** All that the job has waited for; with a condition what it waits for still. */
function waitsIn({ message, missing = [] }: JobInspection): { bucketId: string; condition?: Condition }[] {
  const conditions = new Map(missing.map((wait) => [wait.bucketId, wait.condition]));
  const { dependsOn = [] } = readParameters(message.headers);
  return dependsOn.map((bucketId) => ({ bucketId, condition: conditions.get(bucketId) }));
}
