import { DependencyError } from '../errors/index.js';

/** A job to be enqueued, as the check needs it. */
export interface GraphNode {
  /** The job's name and id, for errors. */
  readonly label: () => string;
  /** The job's id. */
  readonly key: string;
  /** The bucket of its result; undefined if it stores none. */
  readonly produces: string | undefined;
  readonly waitsFor: readonly {
    readonly bucketId: string | undefined;
    readonly label: () => string;
    readonly isKnown: boolean;
  }[];
}

/**
 * Refuses jobs that could never run, before any is enqueued.
 *
 * @throws DependencyError for an id given twice, a bucket that two jobs store, a dependency that stores no result or
 * was never enqueued, and a cycle; each names the path
 */
export function checkGraph(nodes: readonly GraphNode[]): void {
  const producers = new Map<string, GraphNode>();
  const keys = new Set<string>();
  for (const node of nodes) {
    if (keys.has(node.key)) throw new DependencyError(`${node.label()} is given twice. Enqueue each job once.`);
    keys.add(node.key);
    if (node.produces !== undefined) noteProducer(node.produces, node, producers);
  }
  for (const node of nodes) checkWaits(node, producers);
  checkCycles(nodes, producers);
}

function noteProducer(bucketId: string, node: GraphNode, producers: Map<string, GraphNode>): void {
  const twin = producers.get(bucketId);
  if (twin) {
    throw new DependencyError(
      `${twin.label()} and ${node.label()} both store their result in bucket "${bucketId}". Give one of them another "resultId".`,
    );
  }
  producers.set(bucketId, node);
}

function checkWaits({ label, waitsFor }: GraphNode, producers: Map<string, GraphNode>): void {
  for (const wait of waitsFor) {
    if (wait.bucketId === undefined) throw storesNoResult(label(), wait.label());
    if (!wait.isKnown && !producers.has(wait.bucketId)) {
      throw new DependencyError(
        `${label()} -> ${wait.label()}: the latter is not enqueued and not among the jobs given. Enqueue it first, or together with the former.`,
      );
    }
  }
}

/** The error for a job that waits for a job without a stored result. */
export function storesNoResult(label: string, awaited: string): DependencyError {
  return new DependencyError(
    `${label} -> ${awaited}: the latter stores no result, so nothing would ever release the former. Give it "storeResult".`,
  );
}

/** Depth first, without recursion: chains may have ten thousand jobs. */
function checkCycles(nodes: readonly GraphNode[], producers: Map<string, GraphNode>): void {
  const done = new Set<GraphNode>();
  const path: { node: GraphNode; next: number }[] = [];
  const onPath = new Set<GraphNode>();
  const enter = (node: GraphNode): void => {
    if (onPath.has(node))
      throw new DependencyError(
        describeCycle(
          path.map((step) => step.node),
          node,
        ),
      );
    if (done.has(node)) return;
    onPath.add(node);
    path.push({ node, next: 0 });
  };
  for (const root of nodes) {
    enter(root);
    while (path.length > 0) {
      const step = path[path.length - 1]!;
      const wait = step.node.waitsFor[step.next++];
      const producer = wait?.bucketId === undefined ? undefined : producers.get(wait.bucketId);
      if (producer) enter(producer);
      if (wait) continue;
      path.pop();
      onPath.delete(step.node);
      done.add(step.node);
    }
  }
}

function describeCycle(path: readonly GraphNode[], repeated: GraphNode): string {
  const cycle = [...path.slice(path.indexOf(repeated)), repeated].map((node) => node.label()).join(' -> ');
  return `These jobs wait for each other in a cycle: ${cycle}. Remove one of the dependencies.`;
}
