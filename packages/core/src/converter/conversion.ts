import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { MOST_ISSUES, type PayloadIssue } from '../errors/index.js';

/** A converted value, or what is wrong with it. */
export type Conversion = { readonly value: unknown } | { readonly issues: readonly PayloadIssue[] };

type Convert<Input> = (input: Input, index: number) => Conversion | Promise<Conversion>;

/** How many items are converted before others get a turn, and how many may be waited for at once. */
export const SLICE = 500;

/**
 * The conversions of all inputs: there at once unless one of them has to be waited for, so that no promise is made for
 * nothing. Those behind as many issues as are told are left out.
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

/** The items of an array as one conversion. Of a large one, others get a turn after each slice; it ends with as many issues as are told. */
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

/** What is wrong with them. */
export function issuesIn(conversions: readonly Conversion[]): readonly PayloadIssue[] {
  if (!conversions.some((conversion) => 'issues' in conversion)) return NONE;
  return conversions.flatMap((conversion) => ('issues' in conversion ? conversion.issues : NONE));
}

const NONE: readonly PayloadIssue[] = [];

/** Their values, where none has issues. */
export function valuesIn(conversions: readonly Conversion[]): unknown[] {
  return conversions.map((conversion) => (conversion as { readonly value: unknown }).value);
}
