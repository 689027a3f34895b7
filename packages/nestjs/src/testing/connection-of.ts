import type { INestApplicationContext } from '@nestjs/common';
import { InvalidOptionError } from '@repid/core';
import { option, parseOptions } from '@repid/core/internal';
import * as v from 'valibot';
import { getConnectionToken } from '../connection/connection-providers.js';
import type { RepidConnection } from '../connection/repid-connection.js';

/** Which connection a helper works on. */
export interface ConnectionChoice {
  /** @default 'default' */
  connection?: string;
}

/** For helpers that take nothing else. @throws InvalidOptionError for what is no choice of a connection */
export function checkChoice(choice: unknown, helper: string): void {
  parseOptions(choiceSchema, choice, helper);
}

/** The piece of the options of a helper that chooses its connection. */
export const choiceEntries = { connection: v.optional(option.nonEmptyText) };

const choiceSchema = v.strictObject(choiceEntries);

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
