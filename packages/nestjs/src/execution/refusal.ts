import { HttpException, HttpStatus } from '@nestjs/common';
import { isA, Unrecoverable } from '@repid/core';
import type { RepidRun } from '../context/index.js';

/** The no of a guard or a pipe, as an error that ends the job. Its cause is what they threw. */
export class Refusal extends Unrecoverable {
  override readonly name = 'Unrecoverable';
}

/**
 * What an error is to the engine. The no of a guard, and of a pipe, will be the same next time: no retry helps.
 * The same exception thrown by the actor itself is a failure like any other.
 *
 * @param pipedParameters how many parameters go through pipes; 0 where the actor has none
 */
export function asRefusal(error: unknown, run: RepidRun, pipedParameters: number): unknown {
  if (!isA(error, HttpException)) return error;
  const { label } = run.actor;
  if (!run.isAdmitted) {
    return isDenial(error) ? new Refusal(`A guard has refused "${label}": ${error.message}`, { cause: error }) : error;
  }
  if (run.piped >= pipedParameters || error.getStatus() >= Number(HttpStatus.INTERNAL_SERVER_ERROR)) return error;
  return new Refusal(`A pipe has refused the payload of "${label}": ${error.message}`, { cause: error });
}

function isDenial(error: HttpException): boolean {
  const status = error.getStatus();
  return status === Number(HttpStatus.FORBIDDEN) || status === Number(HttpStatus.UNAUTHORIZED);
}
