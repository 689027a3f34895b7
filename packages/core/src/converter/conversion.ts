import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { MOST_ISSUES, type PayloadIssue } from '../errors/index.js';

/** A converted value, or the issues found in it. */
export type Conversion = { readonly value: unknown } | { readonly issues: readonly PayloadIssue[] };

type Convert<Input> = (input: Input, index: number) => Conversion | Promise<Conversion>;

/** How many items are converted before the event loop gets a turn, and how many conversions may be pending at once. */
export const SLICE = 500;

/**
 * Converts all inputs. Synchronous unless a conversion is asynchronous, so that no promise is created needlessly. Stops
 * once the maximum number of issues is found.
 */
export function convertAll<Input>(
  inputs: readonly Input[],
  convert: Convert<Input>,
): readonly Conversion[] | Promise<readonly Conversion[]> {
  const done: Conversion[] = [];
  let issues = 0;
  for (const input of inputs) {
    if (issues >= MOST_ISSUES) break;
    const conversion = convert(input, done.length);
    if ('then' in conversion) return convertOthers(done, conversion, inputs, convert);
    if ('issues' in conversion) issues += conversion.issues.length;
    done.push(conversion);
  }
  return done;
}

/** Converts the remaining inputs concurrently with a pending conversion. */
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

/**
 * Converts the items of an array. A large array is converted in slices, with a turn of the event loop between them.
 * Stops once the maximum number of issues is found.
 */
export function convertItems(items: readonly unknown[], convert: Convert<unknown>): Conversion | Promise<Conversion> {
  const first = convertAll(items.slice(0, SLICE), convert);
  if (items.length > SLICE) return convertSlices(items, convert, first);
  return first instanceof Promise ? first.then(together) : together(first);
}

async function convertSlices(
  items: readonly unknown[],
  convert: Convert<unknown>,
  first: readonly Conversion[] | Promise<readonly Conversion[]>,
): Promise<Conversion> {
  const all = [...(await first)];
  let issues = issuesIn(all).length;
  for (let from = SLICE; from < items.length && issues < MOST_ISSUES; from += SLICE) {
    await turnOfTheLoop();
    const slice = await convertAll(items.slice(from, from + SLICE), (item, index) => convert(item, from + index));
    issues += issuesIn(slice).length;
    for (const conversion of slice) all.push(conversion);
  }
  return together(all);
}

function together(conversions: readonly Conversion[]): Conversion {
  const issues = issuesIn(conversions);
  return issues.length > 0 ? { issues } : { value: valuesIn(conversions) };
}

/** The issues of the conversions. */
export function issuesIn(conversions: readonly Conversion[]): readonly PayloadIssue[] {
  if (!conversions.some((conversion) => 'issues' in conversion)) return NONE;
  return conversions.flatMap((conversion) => ('issues' in conversion ? conversion.issues : NONE));
}

const NONE: readonly PayloadIssue[] = [];

/** The values of conversions without issues. */
export function valuesIn(conversions: readonly Conversion[]): unknown[] {
  return conversions.map((conversion) => (conversion as { readonly value: unknown }).value);
}
