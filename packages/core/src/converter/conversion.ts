import type { PayloadIssue } from '../errors/index.js';

/** A converted value, or what is wrong with it. */
export type Conversion = { readonly value: unknown } | { readonly issues: readonly PayloadIssue[] };

type Convert<Input> = (input: Input, index: number) => Conversion | Promise<Conversion>;

/** The conversions of all inputs: there at once unless one of them has to be waited for, so that no promise is made for nothing. */
export function convertAll<Input>(
  inputs: readonly Input[],
  convert: Convert<Input>,
): readonly Conversion[] | Promise<readonly Conversion[]> {
  const done: Conversion[] = [];
  for (const input of inputs) {
    const conversion = convert(input, done.length);
    if ('then' in conversion) return convertOthers(done, conversion, inputs, convert);
    done.push(conversion);
  }
  return done;
}

/** Goes on, with all of them at once, beside a conversion that is not done yet. */
async function convertOthers<Input>(
  done: readonly Conversion[],
  pending: Promise<Conversion>,
  inputs: readonly Input[],
  convert: Convert<Input>,
): Promise<readonly Conversion[]> {
  const next = done.length + 1;
  const others = inputs.slice(next).map(async (input, index) => convert(input, next + index));
  return [...done, ...(await Promise.all([pending, ...others]))];
}

/** All that is wrong with them. */
export function issuesIn(conversions: readonly Conversion[]): readonly PayloadIssue[] {
  if (!conversions.some((conversion) => 'issues' in conversion)) return NONE;
  return conversions.flatMap((conversion) => ('issues' in conversion ? conversion.issues : NONE));
}

const NONE: readonly PayloadIssue[] = [];

/** Their values, where none has issues. */
export function valuesIn(conversions: readonly Conversion[]): unknown[] {
  return conversions.map((conversion) => (conversion as { readonly value: unknown }).value);
}
