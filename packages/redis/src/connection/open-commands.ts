import { Connection } from './connection.js';
import { checkServer } from './server-check.js';
import type { ClientSource } from './source.js';

/** How long things may take, in milliseconds, and who is told of what is amiss. */
export interface CommandOptions {
  readonly connectTimeout: number;
  readonly patience: number;
  readonly onProblem: (problem: Error) => void;
}

/** A connection for commands, to a server that will do; closed again where it will not. */
export async function openCommands(source: ClientSource, name: string, options: CommandOptions): Promise<Connection> {
  const commands = new Connection(source.make(name), options.patience);
  try {
    await commands.open(options.connectTimeout);
    await checkServer(commands, options.onProblem);
    return commands;
  } catch (problem) {
    commands.close();
    throw problem;
  }
}
