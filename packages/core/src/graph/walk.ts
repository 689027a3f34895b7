import type { JobInspection, JobReference } from '../broker/index.js';
import type { Connection } from '../connection/connection.js';
import type { Condition } from '../dependency/index.js';
import { endedState } from '../job/job-status.js';
import { HEADER, readParameters } from '../message/index.js';
import type { GraphEdge, GraphJob, JobGraph } from './job-graph.js';

/** A graph may be large, and a look at it is for a person. */
const MOST_NODES = 1_000;

/** A job where a walk begins. */
export interface Start extends JobReference {
  readonly name: string;
  readonly bucketId: string;
  /** What this process knows that the job waits for. */
  readonly waitsFor: readonly { readonly bucketId: string; readonly condition: Condition }[];
}

/** Walks from a job to all that it waits for and all that wait for it, at most a thousand jobs far. */
export class GraphWalk {
  private readonly nodes = new Map<string, GraphJob>();
  private readonly edges = new Map<string, GraphEdge>();
  private readonly pending: string[] = [];

  constructor(private readonly connection: Connection) {}

  async from(start: Start): Promise<JobGraph> {
    const inspection = await this.connection.broker.inspect(start.channel, start.jobId);
    await this.visit(start.bucketId, start.name, inspection);
    for (const { bucketId, condition } of start.waitsFor) await this.connect(bucketId, start.bucketId, condition);
    for (const bucketId of this.pending) await this.visitWaiters(bucketId);
    return { nodes: [...this.nodes.values()], edges: [...this.edges.values()] };
  }

  private async visitWaiters(bucketId: string): Promise<void> {
    for (const { channel, jobId } of await this.connection.broker.waiters(bucketId)) {
      const inspection = await this.connection.broker.inspect(channel, jobId);
      if (inspection === undefined) continue;
      const { headers } = inspection.message;
      await this.visit(readParameters(headers).result?.id ?? `${channel}:${jobId}`, headers[HEADER.topic], inspection);
    }
  }

  /** Notes the job and the buckets that it waits for. */
  private async visit(
    bucketId: string,
    name: string | undefined,
    inspection: JobInspection | undefined,
  ): Promise<void> {
    await this.note(bucketId, name, inspection);
    if (inspection === undefined) return;
    const missing = new Map(inspection.missing?.map((wait) => [wait.bucketId, wait.condition]));
    const { dependsOn = [] } = readParameters(inspection.message.headers);
    for (const awaited of dependsOn) await this.connect(awaited, bucketId, missing.get(awaited));
  }

  private async connect(from: string, to: string, condition: Condition | undefined): Promise<void> {
    const key = `${from} ${to}`;
    if (this.edges.has(key)) return;
    await this.note(from, undefined, undefined);
    if (this.nodes.has(from)) this.edges.set(key, { from, to, condition });
  }

  private async note(bucketId: string, name: string | undefined, inspection: JobInspection | undefined): Promise<void> {
    const known = this.nodes.get(bucketId);
    if (known ? known.name !== undefined || name === undefined : this.nodes.size >= MOST_NODES) return;
    const state = inspection?.location ?? endedState(await this.connection.buckets.findResult(bucketId));
    this.nodes.set(bucketId, { bucketId, name, state });
    if (!known) this.pending.push(bucketId);
  }
}
