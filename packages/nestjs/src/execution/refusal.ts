import { HttpException, HttpStatus } from '@nestjs/common';
import { Unrecoverable } from '@repid/core';
import type { RepidRun } from '../context/index.js';

/**
 * What an error is to the engine. The no of a guard, and of a pipe, will be the same next time: no retry helps.
 * The same exception thrown by the actor itself is a failure like any other.
 *
 * @param pipedParameters how many parameters go through pipes; 0 where the actor has none
 */
export function asRefusal(error: unknown, run: RepidRun, pipedParameters: number): unknown {
  if (!(error instanceof HttpException)) return error;
  const { label } = run.actor;
  if (!run.isAdmitted) {
    return isDenial(error) ? new Unrecoverable(`A guard has refused "${label}": ${error.message}`, { cause: error }) : error;
  }
  if (run.piped >= pipedParameters || error.getStatus() >= Number(HttpStatus.INTERNAL_SERVER_ERROR)) return error;
  return new Unrecoverable(`A pipe has refused the payload of "${label}": ${error.message}`, { cause: error });
}

function isDenial(error: HttpException): boolean {
  const status = error.getStatus();
  return status === Number(HttpStatus.FORBIDDEN) || status === Number(HttpStatus.UNAUTHORIZED);
}
