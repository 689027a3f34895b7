import type { Keys } from '../keys.js';
import { settleResultsScript } from './index.js';
import { KeyedCall } from './keyed-call.js';

/** A call of the script that acknowledges jobs with their results. */
export class SettleResultsCall extends KeyedCall {
  readonly script = settleResultsScript;

  constructor({ bucketStart, clientStart, channelStart, jobs }: Keys) {
    super([bucketStart, clientStart, channelStart, jobs]);
  }
}
