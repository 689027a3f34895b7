import type { ActorOptions } from '@repid/core';

/** The connection settings from which a client derives its actors' topics and channels. */
export interface ClientSettings {
  /** @default 'default' */
  readonly connection?: string;
  readonly actorDefaults?: Partial<ActorOptions>;
}
