/** Wraps a step: does something before it, calls `next`, does something after. Without an argument, `next` hands on what came in. */
export type Layer<Input, Output> = (input: Input, next: (input?: Input) => Promise<Output>) => Promise<Output>;

/** The layers around the innermost step as one function; the first layer is the outermost. */
export function compose<Input, Output>(
  layers: readonly Layer<Input, Output>[],
  innermost: (input: Input) => Promise<Output>,
): (input: Input) => Promise<Output> {
  return layers.reduceRight<(input: Input) => Promise<Output>>(
    (next, layer) => async (input) => layer(input, (changed = input) => noted(next(changed))),
    innermost,
  );
}

/** A layer that does not await what it has called must not end the process by that. */
function noted<Output>(promise: Promise<Output>): Promise<Output> {
  promise.catch(ignore);
  return promise;
}

function ignore(): void {}
