import type { INestApplicationContext } from '@nestjs/common';
import { InvalidOptionError } from '@repid/core';
import { getConnectionToken } from '../connection/connection-providers.js';
import type { RepidConnection } from '../connection/repid-connection.js';

/** Which connection a helper works on. */
export interface ConnectionChoice {
  /** @default 'default' */
  connection?: string;
}

/** @throws InvalidOptionError when the application has no such connection */
export function connectionOf(
  app: INestApplicationContext,
  { connection = 'default' }: ConnectionChoice,
): RepidConnection {
  return getFrom<RepidConnection>(app, getConnectionToken(connection)) ?? refuse(connection);
}

/** What the application provides under a token; undefined where it provides nothing. */
export function getFrom<T>(app: INestApplicationContext, token: string): T | undefined {
  try {
    return app.get<T>(token, { strict: false });
  } catch {
    return undefined;
  }
}

function refuse(connection: string): never {
  throw new InvalidOptionError(
    `The application has no connection "${connection}". Import RepidModule.forRoot(), or name another one.`,
  );
}
