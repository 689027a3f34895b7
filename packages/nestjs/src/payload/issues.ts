import type { ValidationError } from 'class-validator';
import { joinPath, type PayloadIssue } from '@repid/core';

/** The errors of class-validator as one flat list. */
export function issuesFrom(errors: readonly ValidationError[], path: string): PayloadIssue[] {
  return errors.flatMap(({ property, constraints = {}, children = [] }) => {
    const place = joinPath(path, property);
    const own = Object.values(constraints).map((message) => ({ path: place, message }));
    return [...own, ...issuesFrom(children, place)];
  });
}
