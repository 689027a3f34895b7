import type { Actor, PayloadParameter } from '../actor/index.js';
import type { ResultBucket } from '../bucket/index.js';
import type { Connection } from '../connection/connection.js';
import { BucketNotFoundError } from '../errors/index.js';
import type { Run } from './run.js';

/** Makes the arguments of an actor's runs. Built once per actor; what the actor does not ask for costs nothing. */
export class Arguments {
  private readonly payloadParameters: readonly PayloadParameter[];
  private readonly asksForResults: boolean;

  constructor(
    private readonly actor: Actor,
    private readonly connection: Connection,
  ) {
    this.payloadParameters = actor.parameters.filter((parameter) => parameter.from === 'payload');
    this.asksForResults = actor.parameters.some((parameter) => parameter.from === 'dependency-results');
  }

  /** @throws PayloadValidationError, BucketNotFoundError */
  for(run: Run): unknown[] | Promise<unknown[]> {
    if (this.asksForResults) return this.withResults(run);
    const values = this.payloadValues(run);
    return values instanceof Promise ? values.then((settled) => this.arrange(run, settled)) : this.arrange(run, values);
  }

  private async withResults(run: Run): Promise<unknown[]> {
    const results = await this.resultsFor(run);
    return this.arrange(run, await this.payloadValues(run), results);
  }

  private async resultsFor({ dependencies }: Run): Promise<ResultBucket[]> {
    if (dependencies.length === 0) return [];
    const results = await this.connection.buckets.findResults(dependencies);
    return results.map((result, index) => {
      if (result === undefined) throw new BucketNotFoundError(dependencies[index] as string);
      return result;
    });
  }

  private payloadValues(run: Run): unknown[] | Promise<unknown[]> {
    if (this.payloadParameters.length === 0) return [];
    const { converter = this.connection.converter } = this.actor.options;
    return converter.convertInputs(run.source, this.payloadParameters, this.actor.label);
  }

  private arrange(run: Run, payloadValues: unknown[], results: readonly ResultBucket[] = []): unknown[] {
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
          return parameter.as === 'buckets' ? results : results.map(({ data }) => data);
      }
    });
  }
}
