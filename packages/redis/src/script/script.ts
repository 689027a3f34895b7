import { createHash } from 'node:crypto';

/** A Lua script and the name that Redis knows it by: its content's hash, so that two versions can share a server. */
export class Script {
  readonly hash: string;

  constructor(readonly text: string) {
    this.hash = createHash('sha1').update(text).digest('hex');
  }
}
