import type { ApplicationConfig } from '@nestjs/core';
import { InvalidOptionError } from '@repid/core';

/**
 * Nest makes global enhancers anew for HTTP requests only; for actors they would be left out without a word.
 *
 * @throws InvalidOptionError where the application has such an enhancer
 */
export function refuseScopedGlobals(application: ApplicationConfig): void {
  const scoped = [
    ...application.getGlobalRequestGuards(),
    ...application.getGlobalRequestInterceptors(),
    ...application.getGlobalRequestPipes(),
    ...application.getGlobalRequestFilters(),
  ];
  if (scoped.length === 0) return;
  const names = scoped.map(({ metatype, name }) => `"${metatype?.name ?? String(name)}"`).join(', ');
  throw new InvalidOptionError(
    `Option "globalEnhancers" of RepidModule is true, and ${names} is global and made anew for each request, which Nest does not do for actors. ` +
      'Give it the default scope, or declare it on the actors.',
  );
}
