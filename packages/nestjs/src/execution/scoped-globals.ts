import type { ApplicationConfig } from '@nestjs/core';
import { InvalidOptionError } from '@repid/core';

/**
 * Nest instantiates request-scoped global enhancers for HTTP requests only. For actors it would silently ignore them.
 *
 * @throws InvalidOptionError if the application has such an enhancer
 */
export function requireNoScopedGlobals(application: ApplicationConfig): void {
  const scoped = [
    ...application.getGlobalRequestGuards(),
    ...application.getGlobalRequestInterceptors(),
    ...application.getGlobalRequestPipes(),
    ...application.getGlobalRequestFilters(),
  ];
  if (scoped.length === 0) return;
  const names = scoped.map(({ metatype, name }) => `"${metatype?.name ?? String(name)}"`).join(', ');
  throw new InvalidOptionError(
    `Option "globalEnhancers" of RepidModule is true, but Nest does not run request-scoped global enhancers for actors: ${names}. ` +
      'Give them the default scope, or declare them on the actors.',
  );
}
