import type { Actor, ActorParameter, PayloadParameter } from '../actor/index.js';
import type { Connection } from '../connection/connection.js';
import type { Converter } from '../converter/index.js';
import type { Run } from './run.js';

/** Builds the arguments of an actor's runs. Created once per actor. */
export class Arguments {
  private readonly payloadParameters: readonly PayloadParameter[];
  private readonly converter: Converter;
  private readonly isOnlyPayload: boolean;

  constructor(
    private readonly actor: Actor,
    connection: Connection,
  ) {
    this.payloadParameters = actor.parameters.filter((parameter) => parameter.from === 'payload');
    this.isOnlyPayload = this.payloadParameters.length === actor.parameters.length;
    this.converter = actor.options.converter ?? connection.converter;
  }

  /** @throws PayloadValidationError */
  for(run: Run): unknown[] | Promise<unknown[]> {
    if (this.payloadParameters.length === 0) return this.arrange(run, []);
    const values = this.converter.convertInputs(run.inputs.payload, this.payloadParameters, this.actor.label);
    if (this.isOnlyPayload) return values;
    return values instanceof Promise ? values.then((settled) => this.arrange(run, settled)) : this.arrange(run, values);
  }

  private arrange(run: Run, payloadValues: readonly unknown[]): unknown[] {
    let next = 0;
    return this.actor.parameters.map((parameter) =>
      parameter.from === 'payload' ? payloadValues[next++] : otherThanPayload(run, parameter),
    );
  }
}

function otherThanPayload(run: Run, parameter: Exclude<ActorParameter, PayloadParameter>): unknown {
  switch (parameter.from) {
    case 'header':
      return run.headers[parameter.name];
    case 'message':
      return run;
    case 'dependency-results':
      return parameter.as === 'buckets' ? run.inputs.results : run.inputs.results.map(({ data }) => data);
  }
}
