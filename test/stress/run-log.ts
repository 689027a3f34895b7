import { appendFileSync, readFileSync } from 'node:fs';

/** The type of a log entry. */
export type LogEntryType =
  /** A run has started. */
  | 'start'
  /** An actor has observed something that must not happen. */
  | 'violation'
  /** An unhandled rejection or an uncaught exception. */
  | 'unhandled'
  /** A warning of Node. */
  | 'warning';

/** One line of the run log. */
export interface LogEntry {
  /** In milliseconds since the epoch. */
  readonly at: number;
  readonly type: LogEntryType;
  /** The name of the run, or a description of the problem. */
  readonly text: string;
}

/** A file to which all processes append what they observe, independently of Redis. */
export class RunLog {
  constructor(private readonly file: string) {}

  /** Writes synchronously, so the entry survives a crash of the process. */
  add(type: LogEntryType, text: string): void {
    appendFileSync(this.file, `${Date.now()} ${type} ${text.replaceAll('\n', ' | ')}\n`);
  }

  /** Logs this process's unhandled errors and warnings from now on. An uncaught exception still ends the process. */
  watchProcess(): void {
    process.on('unhandledRejection', (reason) => this.add('unhandled', describe(reason)));
    process.on('warning', (warning) => this.add('warning', describe(warning)));
    process.on('uncaughtException', (error) => {
      this.add('unhandled', describe(error));
      process.exit(1);
    });
  }

  read(): LogEntry[] {
    const lines = readFileSync(this.file, 'utf8').split('\n').slice(0, -1);
    return lines.map((line) => {
      const [at, type] = line.split(' ', 2);
      return { at: Number(at), type: type as LogEntryType, text: line.slice(`${at} ${type} `.length) };
    });
  }
}

function describe(problem: unknown): string {
  return problem instanceof Error ? (problem.stack ?? problem.message) : String(problem);
}
