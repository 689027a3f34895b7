/** Wraps a step. Calls `next` to run it; without an argument, `next` passes the input on unchanged. */
export type Layer<Input, Output> = (input: Input, next: (input?: Input) => Promise<Output>) => Promise<Output>;

/** Combines the layers and the innermost step into one function. The first layer is the outermost. */
export function compose<Input, Output>(
  layers: readonly Layer<Input, Output>[],
  innermost: (input: Input) => Promise<Output>,
): (input: Input) => Promise<Output> {
  return layers.reduceRight<(input: Input) => Promise<Output>>(
    (next, layer) => async (input) => layer(input, (changed = input) => noted(next(changed))),
    innermost,
  );
}

/** Handles the rejection, so that a layer that does not await `next()` cannot crash the process. */
function noted<Output>(promise: Promise<Output>): Promise<Output> {
  promise.catch(ignore);
  return promise;
}

function ignore(): void {}
