import type { Cluster, Redis } from 'ioredis';
import { scheduleTimer } from '@repid/core';
import { LIMITS } from '../options/defaults.js';
import type { Invocation } from '../commands/call.js';
import { Connection } from './connection.js';
import type { ConnectionSettings } from './link.js';
import { pause } from './pause.js';
import { refusalTextOf } from './problems.js';
import { codeOf } from './refusals.js';
import type { Client, ClientSource } from './source.js';

/** The pause between attempts to wake a reader, in milliseconds: its command may not have reached Redis yet. */
const WAKE_INTERVAL = 2;

const NOTHING = Promise.resolve(undefined);

/** A read of a stream for a consumer of its group. */
export interface StreamRead {
  readonly stream: string;
  readonly group: string;
  readonly consumer: string;
  /** How many entries at most. */
  readonly most: number;
}

/** An entry as Redis returns it: id, then names and values in turn. */
export type RawEntry = readonly [id: Buffer, fields: readonly Buffer[] | null];

type RawStreams = readonly (readonly [key: Buffer, entries: readonly RawEntry[]])[] | null;

/** A connection that blocks until there is something to read, and can be woken. */
export class Reader extends Connection {
  private clientId: Promise<number | undefined> = Promise.resolve(undefined);
  private sleeping: { woken: boolean } | undefined;
  /** False if the server does not allow CLIENT UNBLOCK. Then it blocks for a short time only. */
  private mayBeWoken = true;

  constructor(
    source: ClientSource,
    private readonly name: string,
    settings: ConnectionSettings,
    private readonly commands: Connection,
  ) {
    super(source, name, settings);
    this.onReady(() => this.learnClientId());
  }

  /**
   * Takes the next entries of one stream. Waits for the first entry for `block` milliseconds, or not at all if it is undefined.
   */
  async read({ stream, group, consumer, most }: StreamRead, block?: number): Promise<readonly RawEntry[]> {
    const reply =
      block === undefined
        ? await this.send((client) =>
            client.xreadgroupBuffer('GROUP', group, consumer, 'COUNT', most, 'STREAMS', stream, '>'),
          )
        : await this.sleep(block, (client, time) =>
            client.xreadgroupBuffer('GROUP', group, consumer, 'COUNT', most, 'BLOCK', time, 'STREAMS', stream, '>'),
          );
    return entriesOf(reply);
  }

  /** Waits for `block` milliseconds at most until one of the streams has an entry after its id. Takes none. */
  async awaitEntry(ends: readonly (readonly [stream: string, after: string])[], block: number): Promise<void> {
    const [streams, after] = [ends.map(([stream]) => stream), ends.map(([, id]) => id)];
    await this.sleep(block, (client, time) =>
      client.xreadBuffer('COUNT', 1, 'BLOCK', time, 'STREAMS', ...streams, ...after),
    );
  }

  /** Calls a script that takes entries; texts in the reply are buffers. Undefined if it was woken before it was sent. */
  runUntilWoken<Reply>(call: Invocation, timeout: number): Promise<Reply | undefined> {
    return this.untilWoken(() => this.evaluate<Reply>(call, true), timeout);
  }

  /**
   * Ends a blocking read. Entries that it was given at the same moment are still returned. If Redis sends nothing, the connection is
   * closed, and a takeover finds these entries.
   */
  async wake(): Promise<void> {
    const { sleeping } = this;
    if (!sleeping) return;
    sleeping.woken = true;
    const end = performance.now() + LIMITS.wakeTimeout;
    const isAsleep = (): boolean => this.sleeping === sleeping && this.isReady;
    this.cutUnlessReceiving(isAsleep);
    while (isAsleep() && performance.now() < end) {
      if (this.mayBeWoken && (await this.unblock())) return;
      await pause(WAKE_INTERVAL);
    }
  }

  /** Not needed: a replica refuses reads for a group, and a ping would wait for the end of a blocking read. */
  override check(): void {}

  private cutUnlessReceiving(isAsleep: () => boolean): void {
    const before = this.received;
    scheduleTimer(() => {
      if (!isAsleep()) return;
      if (this.received === before) this.reset();
      else this.cutUnlessReceiving(isAsleep);
    }, LIMITS.wakeTimeout);
  }

  /** Blocks for `block` milliseconds at most, and no longer than the limits allow. The caller reads again. */
  private sleep<Reply>(
    block: number,
    command: (client: Client, time: number) => Promise<Reply>,
  ): Promise<Reply | undefined> {
    const time = Math.min(block, this.mayBeWoken ? LIMITS.pollInterval : LIMITS.unwakeableSleep);
    return this.untilWoken((client) => {
      this.quietUntil = performance.now() + time;
      return command(client, time);
    }, this.timeout + time);
  }

  // Does not block if it would first wait for the connection: that wait could not be ended by waking.
  private untilWoken<Reply>(command: (client: Client) => Promise<Reply>, timeout: number): Promise<Reply | undefined> {
    if (!this.isReady) return NOTHING;
    const sleeping = { woken: false };
    this.sleeping = sleeping;
    return this.send<Reply | undefined>((client) => (sleeping.woken ? NOTHING : command(client)), timeout).then(
      (reply) => {
        this.sleeping = undefined;
        return reply;
      },
      (problem: unknown) => {
        this.sleeping = undefined;
        throw problem;
      },
    );
  }

  /** Over its own connection the text would wait for the end of a blocking read. */
  protected override get loader(): Connection {
    return this.commands;
  }

  /** Also learns whether it may be woken, before it blocks for the first time. */
  private learnClientId(): void {
    if (this.client.isCluster) return;
    this.clientId = (this.client as Redis).client('ID').catch((problem: unknown) => this.noteRefusal(problem));
    void this.unblock();
  }

  private async unblock(): Promise<boolean> {
    if (!this.commands.isReady) return false;
    try {
      return await (this.client.isCluster ? this.unblockOnNodes() : this.unblockById());
    } catch (problem) {
      this.noteRefusal(problem);
      return false;
    }
  }

  private async unblockById(): Promise<boolean> {
    const id = await this.clientId;
    return id !== undefined && (await (this.commands.client as Redis).client('UNBLOCK', id)) === 1;
  }

  // ioredis does not tell which node a cluster's client is blocked on. Its name is known.
  private async unblockOnNodes(): Promise<boolean> {
    const nodes = (this.commands.client as Cluster).nodes('master');
    const replies = await Promise.all(nodes.map((node) => unblockByName(node, this.name)));
    return replies.includes(true);
  }

  private noteRefusal(problem: unknown): undefined {
    const reply = refusalTextOf(problem);
    if (reply !== undefined && codeOf(reply) === 'NOPERM') this.mayBeWoken = false;
  }
}

async function unblockByName(node: Redis, name: string): Promise<boolean> {
  const clients = String(await node.client('LIST')).split('\n');
  const ids = clients
    .filter((line) => line.includes(` name=${name} `))
    .map((line) => Number(/^id=(\d+)/.exec(line)?.[1]));
  const replies = await Promise.all(ids.map((id) => node.client('UNBLOCK', id)));
  return replies.includes(1);
}

function entriesOf(reply: unknown): readonly RawEntry[] {
  return (reply as RawStreams)?.[0]?.[1] ?? [];
}
