import type { Measured, Unit } from '../figure.js';
import type { Stage } from '../stage.js';

/** One question to all subjects. */
export interface Part {
  /** Runs it from the command line. */
  readonly name: string;
  readonly asks: string;
  readonly unit: Unit;
  measure(stage: Stage): Promise<Measured[]>;
}
