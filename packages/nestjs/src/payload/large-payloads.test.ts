import { Expose, Type } from 'class-transformer';
import { Allow, IsArray, IsOptional, registerDecorator, ValidateNested } from 'class-validator';
import { PayloadValidationError } from '@repid/core';
import * as v from 'valibot';
import { beforeEach, describe, expect, it } from 'vitest';
import { Actor, ClassConverter, Payload, Repid, type RepidModuleOptions } from '../index.js';
import { startApp } from '../start-app.fixture.js';
import { drain } from '../testing/index.js';

const MANY = 400_000;

/** Number of empty objects that is below the limit for class-transformer. */
const BELOW_LIMIT = 150_000;

/** Number of validator calls: in all, within one event loop turn (current and maximum), and pending (current and maximum). */
let calls = 0;
let callsInTurn = 0;
let mostCallsInTurn = 0;
let pending = 0;
let mostPending = 0;

beforeEach(() => {
  calls = callsInTurn = mostCallsInTurn = pending = mostPending = 0;
});

function isName(value: unknown): boolean {
  calls += 1;
  mostCallsInTurn = Math.max(mostCallsInTurn, (callsInTurn += 1));
  return typeof value === 'string';
}

async function isNameAsync(value: unknown): Promise<boolean> {
  mostPending = Math.max(mostPending, (pending += 1));
  const result = isName(value);
  await new Promise(setImmediate);
  pending -= 1;
  return result;
}

const validated =
  (validate: (value: unknown) => boolean | Promise<boolean>): PropertyDecorator =>
  (prototype, propertyName) =>
    registerDecorator({
      name: 'isName',
      target: prototype.constructor,
      propertyName: propertyName as string,
      validator: { validate, defaultMessage: () => 'must be a name' },
    });

class Item {
  @validated(isName)
  name!: string;
}

class AsyncItem {
  @validated(isNameAsync)
  name!: string;
}

class Order {
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => Item)
  items!: Item[];
}

class AsyncOrder {
  @ValidateNested({ each: true })
  @Type(() => AsyncItem)
  items!: AsyncItem[];
}

class ExposedItem {
  @Expose()
  @validated(isName)
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
const belowLimit = empties.slice(0, BELOW_LIMIT);
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
  throw new Error('The payload was accepted.');
}

/** Counts calls per event loop turn until the work is done. */
async function countingTurns<T>(work: Promise<T>): Promise<T> {
  let isDone = false;
  const turns = (async () => {
    while (!isDone) {
      callsInTurn = 0;
      await new Promise(setImmediate);
    }
  })();
  const result = await work.finally(() => (isDone = true));
  await turns;
  return result;
}

describe('Validation of very many empty objects', () => {
  it.each<[string, unknown, Parameter, number]>([
    ['as the items of an array', empties, items(Item), 20],
    ['as the items of an array in a class', { items: belowLimit }, whole(Order), 20],
    ['in a class with @Expose()', { items: belowLimit }, whole(ExposedOrder), 20],
    ['by an asynchronous validator', empties, items(AsyncItem), 500],
    ['in a class, by an asynchronous validator', { items: belowLimit }, whole(AsyncOrder), 500],
  ])('stops at 20 issues, %s', async (_, value, parameter, most) => {
    const error = await countingTurns(refusalOf(value, parameter));
    expect(error.issues).toHaveLength(20);
    expect(error.issues[19]?.path).toMatch(/^(items\.)?19\.name$/);
    expect(error.message).toMatch(/must be a name\. Validation stops at 20 issues\.$/);
    expect(error.message.length).toBeLessThan(1_000);
    expect(calls).toBeLessThanOrEqual(most);
    expect(mostPending).toBeLessThanOrEqual(500);
  });
});

describe('Validation of many valid objects', () => {
  it.each<[string, unknown, Parameter]>([
    ['as the items of an array', named(20_000), items(Item)],
    ['in a class', { items: named(20_000) }, whole(Order)],
    ['by an asynchronous validator', named(5_000), items(AsyncItem)],
    ['in a class, by an asynchronous validator', { items: named(5_000) }, whole(AsyncOrder)],
  ])('yields to the event loop, %s', async (_, value, parameter) => {
    const conversion = Promise.resolve(
      new ClassConverter().convertInputs({ value, bytes: new Uint8Array() }, [parameter], 'x'),
    );
    const [converted] = (await countingTurns(conversion)) as [Item[] | Order];
    const instances = Array.isArray(converted) ? converted : converted.items;
    expect(instances.at(-1)).toEqual((Array.isArray(value) ? value : (value as Order).items).at(-1));
    expect(calls).toBe(instances.length);
    expect(mostCallsInTurn).toBeLessThanOrEqual(1_000);
    expect(mostPending).toBeLessThanOrEqual(500);
  });

  it('is synchronous for few objects', () => {
    const value = { items: named(200) };
    expect(
      new ClassConverter().convertInputs({ value, bytes: new Uint8Array() }, [whole(Order)], 'x'),
    ).not.toBeInstanceOf(Promise);
  });
});

describe('Many properties', () => {
  const properties = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, at) => [`property ${at}`, at]));

  it('are dropped if they are unknown', async () => {
    const value = { name: 'x', ...properties(5_000) };
    const [item] = await new ClassConverter().convertInputs({ value, bytes: new Uint8Array() }, [whole(Item)], 'x');
    expect(item).toEqual({ name: 'x' });
  });

  it('are refused with 20 issues if they are unknown', async () => {
    const converter = new ClassConverter({ unknownProperties: 'refuse' });
    const error = await refusalOf({ name: 'x', ...properties(5_000) }, whole(Item), converter);
    expect(error.issues).toHaveLength(20);
  });

  it.each([
    ['in the payload', { name: 'x', ...properties(100_000) }, Item],
    ['in a nested object', { items: [properties(100_000)] }, Order],
  ])('are refused if class-transformer would compare too many names, %s', async (_, value, type) => {
    const error = await refusalOf(value, whole(type));
    expect(error.message).toContain(
      `cannot be converted to ${type.name}: it has too many objects, or too many properties`,
    );
    expect(calls).toBe(0);
  });

  it('and too many objects are refused, as class-transformer would transform them in one call', async () => {
    const error = await refusalOf({ items: empties }, whole(Order));
    expect(error.message).toContain('cannot be converted to Order: it has too many objects');
    expect(calls).toBe(0);
  });
});

describe('An issue', () => {
  it('is short, whatever the length of names and values in the payload', async () => {
    const name = 'x'.repeat(1_000_000);
    const converter = new ClassConverter({ unknownProperties: 'refuse' });
    const error = await refusalOf({ name: 'x', [name]: 1 }, whole(Item), converter);
    expect(error.message.length).toBeLessThan(1_000);
    expect(error.issues[0]?.path).toMatch(/^x{200}\.\.\.$/);
  });

  it('quotes nothing from the payload', async () => {
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
  it.each(['place', 'check'])('is short even if a large payload is invalid: %s', async (topic) => {
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
