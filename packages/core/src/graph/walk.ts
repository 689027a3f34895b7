import type { JobInspection, JobReference } from '../broker/index.js';
import type { Connection } from '../connection/connection.js';
import type { Condition } from '../dependency/index.js';
import { endedState } from '../job/job-status.js';
import { HEADER, readParameters, resultBucketOf } from '../message/index.js';
import type { GraphEdge, GraphJob, JobGraph } from './job-graph.js';

/** A graph may be large, and a look at it is for a person. */
const MOST_NODES = 1_000;

/** A job that a walk comes to, and what is known of it before the broker is asked. */
export interface Place extends JobReference {
  readonly name?: string;
  /** The bucket that its result goes to. */
  readonly bucketId?: string;
  readonly waitsFor?: readonly { readonly bucketId: string; readonly condition?: Condition }[];
}

/** Walks from a job to all that it waits for and all that wait for it, at most a thousand jobs far. */
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
    const key = `${place.channel}:${place.jobId}`;
    if (!this.places.has(key)) this.places.set(key, place);
  }

  private async visit(place: Place): Promise<void> {
    const { broker } = this.connection;
    const inspection = await broker.inspect(place.jobId);
    const bucketId = bucketOf(place, inspection);
    if (inspection === undefined && this.nodes.has(bucketId)) return;
    await this.note(bucketId, place, inspection);
    for (const wait of inspection ? waitsIn(inspection) : (place.waitsFor ?? [])) this.connect(wait, bucketId, place);
    for (const waiter of await broker.waiters(bucketId)) this.goTo(waiter);
  }

  private async note(bucketId: string, place: Place, inspection: JobInspection | undefined): Promise<void> {
    const name = inspection?.message.headers[HEADER.topic] ?? place.name;
    const state = inspection?.location ?? endedState(await this.connection.buckets.findResult(bucketId));
    this.nodes.set(bucketId, { bucketId, name, state });
  }

  /** Where the job behind a bucket is, is a guess: it most often has the bucket's id, and stands on the same channel. */
  private connect(wait: { bucketId: string; condition?: Condition }, to: string, { channel }: Place): void {
    const { bucketId: from, condition } = wait;
    this.edges.set(`${from} ${to}`, { from, to, condition });
    this.goTo({ channel, jobId: from, bucketId: from });
  }
}

function bucketOf({ bucketId, channel, jobId }: Place, inspection: JobInspection | undefined): string {
  return bucketId ?? resultBucketOf(inspection?.message.headers ?? {}) ?? `${channel}:${jobId}`;
}

/** All that the job has waited for; with a condition what it waits for still. */
function waitsIn({ message, missing = [] }: JobInspection): { bucketId: string; condition?: Condition }[] {
  const conditions = new Map(missing.map((wait) => [wait.bucketId, wait.condition]));
  const { dependsOn = [] } = readParameters(message.headers);
  return dependsOn.map((bucketId) => ({ bucketId, condition: conditions.get(bucketId) }));
}
