import type { Actor, PayloadParameter } from '../actor/index.js';
import type { Connection } from '../connection/connection.js';
import type { Run } from './run.js';

/** Makes the arguments of an actor's runs. Built once per actor. */
export class Arguments {
  private readonly payloadParameters: readonly PayloadParameter[];

  constructor(
    private readonly actor: Actor,
    private readonly connection: Connection,
  ) {
    this.payloadParameters = actor.parameters.filter((parameter) => parameter.from === 'payload');
  }

  /** @throws PayloadValidationError */
  for(run: Run): unknown[] | Promise<unknown[]> {
    if (this.payloadParameters.length === 0) return this.arrange(run, []);
    const { converter = this.connection.converter } = this.actor.options;
    const values = converter.convertInputs(run.inputs.payload, this.payloadParameters, this.actor.label);
    return values instanceof Promise ? values.then((settled) => this.arrange(run, settled)) : this.arrange(run, values);
  }

  private arrange(run: Run, payloadValues: unknown[]): unknown[] {
    let next = 0;
    return this.actor.parameters.map((parameter) => {
      switch (parameter.from) {
        case 'payload':
          return payloadValues[next++];
        case 'header':
          return run.headers[parameter.name];
        case 'message':
          return run;
        case 'dependency-results':
          return parameter.as === 'buckets' ? run.inputs.results : run.inputs.results.map(({ data }) => data);
      }
    });
  }
}
