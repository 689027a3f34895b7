import { Expose, Type } from 'class-transformer';
import { Allow, IsArray, IsOptional, registerDecorator, ValidateNested } from 'class-validator';
import { PayloadValidationError } from '@repid/core';
import * as v from 'valibot';
import { beforeEach, describe, expect, it } from 'vitest';
import { Actor, ClassConverter, Payload, Repid, type RepidModuleOptions } from '../index.js';
import { startApp } from '../start-app.fixture.js';
import { drain } from '../testing/index.js';

const MANY = 400_000;

/** As many as class-transformer takes at once. */
const ACCEPTED = 150_000;

/** How often the validator of an item was asked, and how often while nobody else had a turn, or while it was awaited. */
let asked = 0;
let atAStretch = 0;
let longestStretch = 0;
let open = 0;
let mostOpen = 0;

beforeEach(() => {
  asked = atAStretch = longestStretch = open = mostOpen = 0;
});

function isName(value: unknown): boolean {
  asked += 1;
  longestStretch = Math.max(longestStretch, (atAStretch += 1));
  return typeof value === 'string';
}

async function isNameLater(value: unknown): Promise<boolean> {
  mostOpen = Math.max(mostOpen, (open += 1));
  const answer = isName(value);
  await new Promise(setImmediate);
  open -= 1;
  return answer;
}

const demand =
  (validate: (value: unknown) => boolean | Promise<boolean>): PropertyDecorator =>
  (prototype, propertyName) =>
    registerDecorator({
      name: 'isName',
      target: prototype.constructor,
      propertyName: propertyName as string,
      validator: { validate, defaultMessage: () => 'must be a name' },
    });

class Item {
  @demand(isName)
  name!: string;
}

class LateItem {
  @demand(isNameLater)
  name!: string;
}

class Order {
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => Item)
  items!: Item[];
}

class LateOrder {
  @ValidateNested({ each: true })
  @Type(() => LateItem)
  items!: LateItem[];
}

class ExposedItem {
  @Expose()
  @demand(isName)
  name!: string;

  @IsOptional()
  @Allow()
  more: unknown;
}

class ExposedOrder {
  @ValidateNested({ each: true })
  @Type(() => ExposedItem)
  items!: ExposedItem[];
}

const empties = Array.from({ length: MANY }, () => ({}));
const accepted = empties.slice(0, ACCEPTED);
const named = (length: number) => Array.from({ length }, (_, at) => ({ name: `item ${at}` }));
const items = (type: Function) => ({ from: 'payload', type: Array, items: type }) as const;
const whole = (type: Function) => ({ from: 'payload', type }) as const;

type Parameter = ReturnType<typeof items> | ReturnType<typeof whole>;

async function refusalOf(
  value: unknown,
  parameter: Parameter,
  converter = new ClassConverter(),
): Promise<PayloadValidationError> {
  try {
    await converter.convertInputs({ value, bytes: new Uint8Array() }, [parameter], 'x');
  } catch (error) {
    if (error instanceof PayloadValidationError) return error;
    throw error;
  }
  throw new Error('It was accepted.');
}

/** Counts the turns that others get until the work is done. */
async function whileOthersWait<T>(work: Promise<T>): Promise<T> {
  let isOver = false;
  const others = (async () => {
    while (!isOver) {
      atAStretch = 0;
      await new Promise(setImmediate);
    }
  })();
  const done = await work.finally(() => (isOver = true));
  await others;
  return done;
}

describe('Validation of very many empty objects', () => {
  it.each<[string, unknown, Parameter, number]>([
    ['as the items of an array', empties, items(Item), 20],
    ['as the items of an array in a class', { items: accepted }, whole(Order), 20],
    ['in a class with @Expose()', { items: accepted }, whole(ExposedOrder), 20],
    ['by an asynchronous validator', empties, items(LateItem), 500],
    ['in a class, by an asynchronous validator', { items: accepted }, whole(LateOrder), 500],
  ])('stops at as many issues as a person reads, %s', async (_, value, parameter, most) => {
    const error = await whileOthersWait(refusalOf(value, parameter));
    expect(error.issues).toHaveLength(20);
    expect(error.issues[19]?.path).toMatch(/^(items\.)?19\.name$/);
    expect(error.message).toMatch(/must be a name\. Validation stops at 20 issues\.$/);
    expect(error.message.length).toBeLessThan(1_000);
    expect(asked).toBeLessThanOrEqual(most);
    expect(mostOpen).toBeLessThanOrEqual(500);
  });
});

describe('Validation of many good objects', () => {
  it.each<[string, unknown, Parameter]>([
    ['as the items of an array', named(20_000), items(Item)],
    ['in a class', { items: named(20_000) }, whole(Order)],
    ['by an asynchronous validator', named(5_000), items(LateItem)],
    ['in a class, by an asynchronous validator', { items: named(5_000) }, whole(LateOrder)],
  ])('lets others have their turns, %s', async (_, value, parameter) => {
    const converting = Promise.resolve(
      new ClassConverter().convertInputs({ value, bytes: new Uint8Array() }, [parameter], 'x'),
    );
    const [converted] = (await whileOthersWait(converting)) as [Item[] | Order];
    const made = Array.isArray(converted) ? converted : converted.items;
    expect(made.at(-1)).toEqual((Array.isArray(value) ? value : (value as Order).items).at(-1));
    expect(asked).toBe(made.length);
    expect(longestStretch).toBeLessThanOrEqual(1_000);
    expect(mostOpen).toBeLessThanOrEqual(500);
  });

  it('needs no turn where they are few', () => {
    const value = { items: named(200) };
    expect(
      new ClassConverter().convertInputs({ value, bytes: new Uint8Array() }, [whole(Order)], 'x'),
    ).not.toBeInstanceOf(Promise);
  });
});

describe('Many properties', () => {
  const properties = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, at) => [`property ${at}`, at]));

  it('that are unknown are dropped', async () => {
    const value = { name: 'x', ...properties(5_000) };
    const [item] = await new ClassConverter().convertInputs({ value, bytes: new Uint8Array() }, [whole(Item)], 'x');
    expect(item).toEqual({ name: 'x' });
  });

  it('that are unknown are refused with 20 issues', async () => {
    const converter = new ClassConverter({ unknownProperties: 'refuse' });
    const error = await refusalOf({ name: 'x', ...properties(5_000) }, whole(Item), converter);
    expect(error.issues).toHaveLength(20);
  });

  it.each([
    ['in the payload', { name: 'x', ...properties(100_000) }, Item],
    ['in a nested object', { items: [properties(100_000)] }, Order],
  ])('are refused where class-transformer would compare each name with all others, %s', async (_, value, type) => {
    const error = await refusalOf(value, whole(type));
    expect(error.message).toContain(`cannot be read as ${type.name}: it has too many objects, or too many properties`);
    expect(asked).toBe(0);
  });

  it('and many objects are refused where class-transformer would transform all of them in one call', async () => {
    const error = await refusalOf({ items: empties }, whole(Order));
    expect(error.message).toContain('cannot be read as Order: it has too many objects');
    expect(asked).toBe(0);
  });
});

describe('An issue', () => {
  it('is short, however long the names and values of the payload are', async () => {
    const name = 'x'.repeat(1_000_000);
    const converter = new ClassConverter({ unknownProperties: 'refuse' });
    const error = await refusalOf({ name: 'x', [name]: 1 }, whole(Item), converter);
    expect(error.message.length).toBeLessThan(1_000);
    expect(error.issues[0]?.path).toMatch(/^x{200}\.\.\.$/);
  });

  it('quotes nothing of the payload', async () => {
    for (const value of ['secret', ['secret'], 5]) {
      const { message } = await refusalOf(value, whole(Item));
      expect(message).toMatch(/expected an object, received (text|an array|a number)\./);
    }
    const { message } = await refusalOf(['secret'], { from: 'payload', type: Array, items: Number });
    expect(message).toContain('"0": expected a number, received text.');
  });
});

class Orders {
  @Actor()
  place(@Payload({ items: Item }) all: Item[]): number {
    return all.length;
  }
  @Actor()
  check(@Payload(v.array(v.object({ name: v.string() }))) all: unknown[]): number {
    return all.length;
  }
}

describe('A dead letter', () => {
  it.each(['place', 'check'])('says no more of a large payload than a person reads: %s', async (topic) => {
    const options: RepidModuleOptions = {};
    const app = await startApp({ providers: [Orders] }, options);
    const repid = app.get(Repid);
    const job = await repid.job(topic, { args: empties, retries: 3 }).enqueue();
    await drain(app);
    const [letter] = await repid.channel('default').deadLetters();
    expect(letter?.reason).toMatchObject({ code: 'REPID_PAYLOAD_VALIDATION', attempts: 1 });
    expect(letter!.reason.message).toMatch(/Validation stops at 20 issues\.$/);
    expect(JSON.stringify(letter!.reason).length).toBeLessThan(10_000);
    expect(JSON.stringify(await job.result()).length).toBeLessThan(10_000);
  });
});
