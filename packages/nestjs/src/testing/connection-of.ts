import type { INestApplicationContext } from '@nestjs/common';
import { InvalidOptionError } from '@repid/core';
import { option, parseOptions } from '@repid/core/internal';
import * as v from 'valibot';
import { getConnectionToken } from '../connection/connection-providers.js';
import type { RepidConnection } from '../connection/repid-connection.js';

/** Selects the connection of a testing helper. */
export interface ConnectionChoice {
  /** @default 'default' */
  connection?: string;
}

/** Validates the options of a helper whose only option is the connection. @throws InvalidOptionError */
export function checkChoice(choice: unknown, helper: string): void {
  parseOptions(choiceSchema, choice, helper);
}

/** The schema entry for the connection, for helpers with further options. */
export const choiceEntries = { connection: v.optional(option.nonEmptyText) };

const choiceSchema = v.strictObject(choiceEntries);

/** @throws InvalidOptionError if the application has no such connection */
export function connectionOf(
  app: INestApplicationContext,
  { connection = 'default' }: ConnectionChoice,
): RepidConnection {
  return getFrom<RepidConnection>(app, getConnectionToken(connection)) ?? throwUnknown(connection);
}

/** Returns the application's provider of a token, or undefined if there is none. */
export function getFrom<T>(app: INestApplicationContext, token: string): T | undefined {
  try {
    return app.get<T>(token, { strict: false });
  } catch {
    return undefined;
  }
}

function throwUnknown(connection: string): never {
  throw new InvalidOptionError(
    `The application has no connection "${connection}". Import RepidModule.forRoot(), or name another connection.`,
  );
}
