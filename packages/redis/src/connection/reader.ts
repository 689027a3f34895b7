import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster, Redis } from 'ioredis';
import { LIMITS } from '../options/defaults.js';
import type { Take } from '../script/next-call.js';
import type { Invocation } from '../script/call.js';
import { Connection } from './connection.js';
import type { Client } from './source.js';

/** How long to wait between two tries to wake a reader, in milliseconds: it may not have begun to sleep yet. */
const WAKE_INTERVAL = 2;

const NOTHING = Promise.resolve(undefined);

/** An entry as Redis gives it: id, then names and values in turn. */
export type RawEntry = readonly [id: Buffer, fields: readonly Buffer[] | null];

type RawStreams = readonly (readonly [key: Buffer, entries: readonly RawEntry[]])[] | null;

/** A connection that sleeps until there is something to read, and can be woken. */
export class Reader extends Connection {
  private clientId: Promise<number | undefined> = Promise.resolve(undefined);
  private sleeping: { woken: boolean } | undefined;

  constructor(
    client: Client,
    patience: number,
    private readonly name: string,
    private readonly commands: Connection,
  ) {
    super(client, patience);
    client.on('ready', () => this.learnClientId());
  }

  /**
   * Takes what is next of one stream; waits for the first entry for `block` milliseconds, or not at all where it is
   * undefined.
   */
  async read({ stream, group, consumer, most }: Take, block?: number): Promise<readonly RawEntry[]> {
    if (block === undefined) {
      const answer = await this.send((client) =>
        client.xreadgroupBuffer('GROUP', group, consumer, 'COUNT', most, 'STREAMS', stream, '>'),
      );
      return entriesOf(answer);
    }
    const answer = await this.untilWoken(
      (client) =>
        client.xreadgroupBuffer('GROUP', group, consumer, 'COUNT', most, 'BLOCK', block, 'STREAMS', stream, '>'),
      this.patience + block,
    );
    return entriesOf(answer);
  }

  /** Waits for `block` milliseconds until one of the streams has an entry after its id; takes none. */
  async awaitEntry(streams: readonly string[], after: readonly string[], block: number): Promise<void> {
    await this.untilWoken(
      (client) => client.xreadBuffer('COUNT', 1, 'BLOCK', block, 'STREAMS', ...streams, ...after),
      this.patience + block,
    );
  }

  /** Calls a script that takes entries; texts in the answer are buffers. Undefined where it was woken before it was sent. */
  runUntilWoken<Answer>(call: Invocation, patience: number): Promise<Answer | undefined> {
    return this.untilWoken(() => this.evaluate(call, true) as Promise<Answer>, patience);
  }

  /**
   * Ends a sleep in progress. What it was given at the same moment is still answered; unless Redis does not answer, then
   * the connection is cut, and what it was given comes back when its ownership runs out.
   */
  async wake(): Promise<void> {
    const { sleeping } = this;
    if (sleeping) sleeping.woken = true;
    const tooLong = AbortSignal.timeout(LIMITS.wakeTimeout);
    const isAsleep = (): boolean => sleeping !== undefined && this.sleeping === sleeping && this.isReady;
    tooLong.addEventListener('abort', () => isAsleep() && this.reset());
    while (isAsleep() && !tooLong.aborted) {
      if (await this.unblock().catch(() => false)) return;
      await sleep(WAKE_INTERVAL);
    }
  }

  // Does not sleep where it would first wait for the connection: that could not be woken.
  private untilWoken<Answer>(
    command: (client: Client) => Promise<Answer>,
    patience: number,
  ): Promise<Answer | undefined> {
    if (!this.isReady) return NOTHING;
    const sleeping = { woken: false };
    this.sleeping = sleeping;
    return this.send<Answer | undefined>((client) => (sleeping.woken ? NOTHING : command(client)), patience).then(
      (answer) => {
        this.sleeping = undefined;
        return answer;
      },
      (problem: unknown) => {
        this.sleeping = undefined;
        throw problem;
      },
    );
  }

  /** A call that came after the sleep would wait for its end. */
  protected override get loader(): Connection {
    return this.commands;
  }

  private learnClientId(): void {
    if (this.client.isCluster) return;
    this.clientId = (this.client as Redis).client('ID').catch(() => undefined);
  }

  private async unblock(): Promise<boolean> {
    if (!this.commands.isReady) return false;
    if (this.client.isCluster) return this.unblockOnNodes(this.commands.client as Cluster);
    const id = await this.clientId;
    return id !== undefined && (await (this.commands.client as Redis).client('UNBLOCK', id)) === 1;
  }

  // Which node a cluster's client sleeps on is not known from outside; its name is.
  private async unblockOnNodes(cluster: Cluster): Promise<boolean> {
    const answers = await Promise.all(cluster.nodes('master').map((node) => unblockByName(node, this.name)));
    return answers.includes(true);
  }
}

async function unblockByName(node: Redis, name: string): Promise<boolean> {
  const clients = String(await node.client('LIST')).split('\n');
  const ids = clients
    .filter((line) => line.includes(` name=${name} `))
    .map((line) => Number(/^id=(\d+)/.exec(line)?.[1]));
  const answers = await Promise.all(ids.map((id) => node.client('UNBLOCK', id)));
  return answers.includes(1);
}

function entriesOf(answer: unknown): readonly RawEntry[] {
  return (answer as RawStreams)?.[0]?.[1] ?? [];
}
