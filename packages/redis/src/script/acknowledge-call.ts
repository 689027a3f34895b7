import type { Keys } from '../keys.js';
import { acknowledgeScript } from './index.js';
import { KeyedCall } from './keyed-call.js';

/** A call of the script that acknowledges. */
export class AcknowledgeCall extends KeyedCall {
  readonly script = acknowledgeScript;

  constructor({ jobs, bucketStart }: Keys) {
    super([jobs, bucketStart]);
  }
}
