import { createHash } from 'node:crypto';

/** A Lua script. Redis knows it by the hash of its text, so that two versions can share a server. */
export class Script {
  private joined: string | undefined;
  private digest: string | undefined;

  constructor(private readonly fragments: readonly string[]) {}

  get text(): string {
    return (this.joined ??= this.fragments.join(''));
  }

  get hash(): string {
    return (this.digest ??= createHash('sha1').update(this.text).digest('hex'));
  }
}
