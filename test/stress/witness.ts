import { appendFileSync, readFileSync } from 'node:fs';

/** What an actor, or its process, has to tell. */
export type Sight =
  /** A run has begun. */
  | 'begin'
  /** Something is not as it should be in an actor. */
  | 'wrong'
  /** A promise was rejected and nobody cared, or an exception was thrown into nowhere. */
  | 'unhandled'
  /** Node has warned of something. */
  | 'warning';

/** One line of the witness. */
export interface Sighting {
  /** In milliseconds since the epoch. */
  readonly at: number;
  readonly sight: Sight;
  /** The name of the run; otherwise what is wrong. */
  readonly text: string;
}

/** A file in which all processes write down what they see, behind the back of Redis. */
export class Witness {
  constructor(private readonly file: string) {}

  /** Written when this returns, whatever becomes of the process. */
  note(sight: Sight, text: string): void {
    appendFileSync(this.file, `${Date.now()} ${sight} ${text.replaceAll('\n', ' | ')}\n`);
  }

  /** Notes what nobody handles in this process from now on, and warnings. What was thrown ends it, as it would anyway. */
  watchProcess(): void {
    process.on('unhandledRejection', (reason) => this.note('unhandled', describe(reason)));
    process.on('warning', (warning) => this.note('warning', describe(warning)));
    process.on('uncaughtException', (error) => {
      this.note('unhandled', describe(error));
      process.exit(1);
    });
  }

  read(): Sighting[] {
    const lines = readFileSync(this.file, 'utf8').split('\n').slice(0, -1);
    return lines.map((line) => {
      const [at, sight] = line.split(' ', 2);
      return { at: Number(at), sight: sight as Sight, text: line.slice(`${at} ${sight} `.length) };
    });
  }
}

function describe(problem: unknown): string {
  return problem instanceof Error ? (problem.stack ?? problem.message) : String(problem);
}
