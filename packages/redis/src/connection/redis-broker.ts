import { BrokerClosedError } from '@repid/core';
import type { Keys } from '../keys.js';
import { Connection } from './connection.js';
import type { TimeSample } from './handshake.js';
import { Lifecycle } from './lifecycle.js';
import type { ConnectionSettings } from './link.js';
import { limitedReports } from './reports.js';
import { isSameServer } from './same-server.js';
import { checkServer } from './server-check.js';
import type { ClientSource } from './source.js';
import { Subscriber } from './subscriber.js';

/** The connections of a broker that is connected. */
export interface Connections {
  readonly commands: Connection;
  readonly subscriber: Subscriber;
}

/** Common to both brokers: how they reach Redis, and connections that are opened and closed together. */
export abstract class RedisBroker<Opened extends Connections> {
  readonly name = 'redis';
  /** The start of every key. */
  readonly prefix: string;
  protected readonly settings: ConnectionSettings;
  protected readonly life = new Lifecycle<Opened>(
    this.name,
    (signal) => this.open(signal),
    (opened) => this.close(opened),
  );

  /** @param names of the connections for commands and for pub/sub, as `CLIENT LIST` shows them */
  constructor(
    protected readonly source: ClientSource,
    protected readonly keys: Keys,
    private readonly names: readonly [commands: string, subscriber: string],
    settings: Pick<ConnectionSettings, 'timeout' | 'connectTimeout' | 'onProblem'>,
  ) {
    const { timeout, connectTimeout, onProblem } = settings;
    this.prefix = keys.prefix;
    this.settings = { timeout, connectTimeout, key: keys.probe, onProblem: limitedReports(onProblem) };
  }

  /** @throws BrokerUnavailableError, BrokerRefusedError, UnsupportedError */
  async connect(): Promise<void> {
    await this.life.open();
  }

  async disconnect(): Promise<void> {
    await this.life.close();
  }

  /** @throws BrokerClosedError if it is not connected */
  protected use(): Opened {
    const { current } = this.life;
    if (!current) throw new BrokerClosedError(this.name);
    return current;
  }

  /** True if both have the same keys in the same database. Both must be connected. */
  protected async sharesKeysWith<Other extends Connections>(other: RedisBroker<Other>): Promise<boolean> {
    return other.prefix === this.prefix && isSameServer(this.access, other.access);
  }

  /** Adds everything else that is open while the broker is connected. */
  protected abstract prepare(connections: Connections): Opened;

  /** Ends what is in progress. The connections are closed afterwards. Must not reject. */
  protected abstract finish(opened: Opened): Promise<void> | void;

  /** Called with the server's time after each handshake and ping. */
  protected noteTime(_sample: TimeSample): void {}

  private get access() {
    return { source: this.source, settings: this.settings, commands: this.use().commands };
  }

  private async open(signal: AbortSignal): Promise<Opened> {
    const { source, settings, names } = this;
    const commands = new Connection(source, names[0], { ...settings, onTime: (sample) => this.noteTime(sample) });
    const giveUp = (): void => commands.close();
    signal.addEventListener('abort', giveUp);
    try {
      await commands.open();
      await checkServer(commands, source, this.prefix, settings.onProblem);
    } catch (problem) {
      commands.close();
      throw problem;
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
    const subscriber = new Subscriber(source, names[1], settings);
    commands.onDemoted(() => subscriber.reset());
    return this.prepare({ commands, subscriber });
  }

  private async close(opened: Opened): Promise<void> {
    await this.finish(opened);
    opened.subscriber.close();
    opened.commands.close();
  }
}
