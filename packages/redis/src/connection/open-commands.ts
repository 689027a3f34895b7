import { Connection } from './connection.js';
import type { ConnectionSettings } from './link.js';
import { checkServer } from './server-check.js';
import type { ClientSource } from './source.js';

/** How a connection for commands is opened. */
export interface CommandOptions extends ConnectionSettings {
  /** How every key begins. */
  readonly prefix: string;
  /** How long it may take, in milliseconds. */
  readonly connectTimeout: number;
  /** Aborts it. */
  readonly signal: AbortSignal;
}

/**
 * Opens a connection for commands and checks the server. Closes the connection where the server does not meet the requirements.
 * @throws BrokerUnavailableError, BrokerRefusedError, UnsupportedError
 */
export async function openCommands(source: ClientSource, name: string, options: CommandOptions): Promise<Connection> {
  const commands = new Connection(source, name, options);
  const { prefix, onProblem, signal } = options;
  const giveUp = (): void => commands.close();
  signal.addEventListener('abort', giveUp);
  try {
    await commands.open(options.connectTimeout);
    await checkServer(commands, { prefix, onProblem, cluster: source.cluster, place: source.place });
    return commands;
  } catch (problem) {
    commands.close();
    throw problem;
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}
