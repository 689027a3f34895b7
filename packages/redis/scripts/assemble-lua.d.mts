/** A line of a script, and where it comes from. */
export interface SourceLine {
  readonly text: string;
  readonly name: string;
  readonly line: number;
  readonly isInclude: boolean;
}

export const GENERATED: string;
export const CONSTANTS: string;
export function readSources(): Map<string, string>;
export function scriptsIn(sources: ReadonlyMap<string, string>): string[];
export function assemble(sources: ReadonlyMap<string, string>, name: string): SourceLine[];
export function generate(constants: object): string;
