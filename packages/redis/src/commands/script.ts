import { createHash } from 'node:crypto';

/** A Lua script. Redis knows it by the hash of its text, so that two versions can share a server. */
export class Script {
  private made: { readonly text: string; readonly hash: string } | undefined;

  constructor(private readonly fragments: readonly string[]) {}

  get text(): string {
    return this.make().text;
  }

  get hash(): string {
    return this.make().hash;
  }

  private make(): { readonly text: string; readonly hash: string } {
    if (this.made) return this.made;
    const text = this.fragments.join('');
    this.made = { text, hash: createHash('sha1').update(text).digest('hex') };
    return this.made;
  }
}
