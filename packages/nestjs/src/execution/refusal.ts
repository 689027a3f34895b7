import { HttpException, HttpStatus } from '@nestjs/common';
import { isA, Unrecoverable } from '@repid/core';
import type { RepidRun } from '../context/index.js';

/** A guard's or pipe's refusal: an error that fails the job for good. Its cause is what the guard or pipe threw. */
export class Refusal extends Unrecoverable {
  override readonly name = 'Unrecoverable';
}

/**
 * Returns the error to report to the core: a `Refusal` if a guard or a pipe threw it, since a retry would be refused
 * again; otherwise the error itself. The same exception thrown by the actor is an ordinary failure.
 *
 * @param pipedParameters number of parameters that go through pipes; 0 if the actor has no pipes
 */
export function asRefusal(error: unknown, run: RepidRun, pipedParameters: number): unknown {
  if (!isA(error, HttpException)) return error;
  const { label } = run.actor;
  if (!run.hasPassedGuards) {
    return isDenial(error) ? new Refusal(`A guard refused "${label}": ${error.message}`, { cause: error }) : error;
  }
  if (run.pipedCount >= pipedParameters || error.getStatus() >= Number(HttpStatus.INTERNAL_SERVER_ERROR)) return error;
  return new Refusal(`A pipe refused the payload of "${label}": ${error.message}`, { cause: error });
}

function isDenial(error: HttpException): boolean {
  const status = error.getStatus();
  return status === Number(HttpStatus.FORBIDDEN) || status === Number(HttpStatus.UNAUTHORIZED);
}
