import { Transform, Type, plainToInstance } from 'class-transformer';
import {
  Allow,
  ArrayNotEmpty,
  IsDefined,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Matches,
  Max,
  MinLength,
  registerDecorator,
  validate,
  ValidateIf,
  ValidateNested,
  type ValidationError,
} from 'class-validator';
import * as fc from 'fast-check';
import { joinPath, type PayloadIssue } from '@repid/core';
import { describe, expect, it } from 'vitest';
import { ClassConverter } from '../index.js';
import { ClassShapes } from './class-shapes.js';
import { Validation } from './validation.js';

class Attachment {
  @IsInt({ message: '$property of $target is $value, no whole number' })
  @Max(5, { message: ({ constraints, value }) => `${String(value)} is more than ${String(constraints[0])}` })
  bytes!: number;

  @IsOptional()
  @ValidateNested({ each: true, message: 'no attachment' })
  @Type(() => Attachment)
  more?: unknown;
}

class Letter {
  @IsString()
  @MinLength(2)
  to!: string;

  @IsDefined()
  @Allow()
  from!: unknown;

  @IsOptional()
  @IsString({ each: true })
  @ArrayNotEmpty()
  tags?: unknown;

  @ValidateIf((letter: Letter) => letter.to === 'boss')
  @IsInt()
  urgency?: number;

  @IsIn(['a', 'b'], { validateIf: (letter: Letter) => letter.urgency !== 5 })
  kind?: string;

  @ValidateNested()
  @Type(() => Attachment)
  attachments?: unknown;
}

class Postcard extends Letter {
  @IsInt()
  @Matches(/^[0-9]$/)
  stamps!: number;
}

const good = { to: 'alex', from: 1, kind: 'a' };

const customValidator =
  (validateValue: (value: unknown) => unknown, options: { async?: boolean; each?: boolean } = {}): PropertyDecorator =>
  (prototype, propertyName) =>
    registerDecorator({
      name: 'customValidator',
      async: options.async,
      target: prototype.constructor,
      propertyName: propertyName as string,
      options: { each: options.each },
      validator: { validate: validateValue as () => boolean, defaultMessage: () => 'refused' },
    });

/** Returns the issues that `Validation` finds. */
async function issuesOf(instance: object): Promise<PayloadIssue[]> {
  const validation = new Validation(new ClassShapes(), 'keep');
  await validation.run(instance, '');
  return sorted(validation.issues);
}

async function issuesOfLibrary(instance: object): Promise<PayloadIssue[]> {
  const errors = await validate(instance, { forbidUnknownValues: false });
  return sorted(flat(errors, ''));
}

function flat(errors: readonly ValidationError[], path: string): PayloadIssue[] {
  return errors.flatMap(({ property, constraints = {}, children = [] }) => {
    const fullPath = joinPath(path, property);
    return [...Object.values(constraints).map((message) => ({ path: fullPath, message })), ...flat(children, fullPath)];
  });
}

function sorted(issues: readonly PayloadIssue[]): PayloadIssue[] {
  return issues.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

describe('Validation', () => {
  it.each<object>([
    good,
    { ...good, tags: ['a', 'b'] },
    { ...good, tags: null },
    { ...good, attachments: { bytes: 1 } },
    { ...good, attachments: [{ bytes: 1 }, { bytes: 2 }] },
    { ...good, to: 'boss', urgency: 1 },
    { ...good, urgency: 5, kind: 'c' },
  ])('finds no issue in %j, as class-validator does', async (plain) => {
    expect(await issuesOf(plainToInstance(Letter, plain))).toEqual([]);
    expect(await issuesOfLibrary(plainToInstance(Letter, plain))).toEqual([]);
  });

  it('finds the same issues as class-validator, with the same messages', async () => {
    const value = fc.oneof(fc.constantFrom<unknown>(undefined, null, 5, 1.5, 'x', 'boss', [], ['a', 5], {}, true));
    const attachment = fc.letrec((tie) => ({
      one: fc.record({
        bytes: fc.oneof(fc.nat(7), value),
        more: fc.oneof(value, tie('one'), fc.array(tie('one'), { maxLength: 2 })),
      }),
    })).one;
    const letter = fc.record(
      {
        ...{ to: value, from: value, tags: value, urgency: value, kind: value, stamps: value },
        attachments: fc.oneof(value, attachment, fc.array(fc.oneof(attachment, value), { maxLength: 3 })),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(letter, fc.constantFrom(Letter, Postcard), async (plain, type) => {
        const expected = await issuesOfLibrary(plainToInstance<object, object>(type, plain));
        fc.pre(expected.length < 20);
        expect(await issuesOf(plainToInstance<object, object>(type, plain))).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });

  it('validates maps and sets', async () => {
    const attachment = (bytes: unknown) => Object.assign(new Attachment(), { bytes });
    class Box {
      @ValidateNested()
      map = new Map([
        ['good', attachment(1)],
        ['bad', attachment('x')],
      ]);
      @ValidateNested()
      set = new Set([attachment(2), attachment(9)]);
      @IsInt({ each: true })
      numbers = new Set([1, 'two']);
    }
    expect(await issuesOf(new Box())).toEqual(await issuesOfLibrary(new Box()));
    expect((await issuesOf(new Box())).map(({ path }) => path)).toEqual([
      'map.bad.bytes',
      'map.bad.bytes',
      'numbers',
      'set.1.bytes',
    ]);
  });

  it.each<[string, PropertyDecorator, boolean]>([
    ['synchronously', customValidator((value) => value === 1), true],
    ['as a truthy or falsy value', customValidator((value) => (value === 1 ? 'yes' : '')), true],
    [
      'asynchronously, declared as async',
      customValidator(async (value) => Promise.resolve(value === 1), { async: true }),
      false,
    ],
    [
      'asynchronously, not declared as async',
      customValidator(async (value) => new Promise((resolve) => setImmediate(resolve, value === 1))),
      false,
    ],
    [
      'asynchronously, for each item',
      customValidator(async (value) => Promise.resolve(value === 1), { each: true }),
      false,
    ],
  ])('takes the result of a validator that returns it %s', async (_, decorate, isSynchronous) => {
    class Account {
      @IsOptional()
      name: unknown;
    }
    decorate(Account.prototype, 'name');
    const account = (name: unknown) => Object.assign(new Account(), { name });
    expect(await issuesOf(account(1))).toEqual([]);
    expect(await issuesOf(account(2))).toEqual([{ path: 'name', message: 'refused' }]);
    expect(new Validation(new ClassShapes(), 'keep').run(account([1]), '') === undefined).toBe(isSynchronous);
  });

  it.each(['drop', 'refuse', 'keep'] as const)('handles unknown properties of nested objects: %s', async (mode) => {
    const letter = plainToInstance(Letter, {
      ...good,
      x: 1,
      attachments: [{ bytes: 1, y: 2, more: { bytes: 1, z: 3 } }],
    });
    const validation = new Validation(new ClassShapes(), mode);
    await validation.run(letter, '');
    const paths = ['x', 'attachments.0.y', 'attachments.0.more.z'];
    expect(validation.issues.map(({ path }) => path)).toEqual(mode === 'refuse' ? paths : []);
    const kept = JSON.stringify(letter).match(/"[xyz]":/g) ?? [];
    expect(kept).toHaveLength(mode === 'drop' ? 0 : 3);
  });

  it('drops unknown properties also if a condition disables validation', async () => {
    class Parcel {
      @ValidateIf(() => false)
      @ValidateNested()
      attachment = Object.assign(new Attachment(), { bytes: 'none', extra: 1 });
    }
    const parcel = new Parcel();
    const validation = new Validation(new ClassShapes(), 'drop');
    await validation.run(parcel, '');
    expect(validation.issues).toEqual([]);
    expect(parcel.attachment).toEqual(Object.assign(new Attachment(), { bytes: 'none' }));
  });
});

describe('ClassConverter', () => {
  const convert = (type: Function, value: unknown) =>
    new ClassConverter().convertInputs({ value, bytes: new Uint8Array() }, [{ from: 'payload', type }], 'x');

  it('converts synchronously without asynchronous validators', () => {
    expect(convert(Letter, good)).toEqual([Object.assign(new Letter(), good)]);
  });

  it.each([true, false])('awaits an asynchronous validator; declared as async: %s', async (isDeclared) => {
    class Account {
      name!: string;
    }
    let isValid = true;
    customValidator(async () => new Promise((resolve) => setImmediate(resolve, isValid)), { async: isDeclared })(
      Account.prototype,
      'name',
    );
    const outcome = async () => convert(Account, { name: 'a' });
    await expect(outcome()).resolves.toHaveLength(1);
    isValid = false;
    await expect(outcome()).rejects.toThrow('"name": refused');
    await expect(outcome()).rejects.toThrow('"name": refused');
    isValid = true;
    await expect(outcome()).resolves.toHaveLength(1);
  });

  it('reports a validator that throws or rejects, without an unhandled rejection', async () => {
    class Broken {
      field!: number;
    }
    let fail: () => unknown = () => {
      throw new Error('no database');
    };
    customValidator(() => fail())(Broken.prototype, 'field');
    customValidator(async () => Promise.reject(new Error('also failed')))(Broken.prototype, 'other');
    const message = 'cannot be converted to Broken: no database';
    await expect(async () => convert(Broken, { field: 1 })).rejects.toThrow(message);
    fail = async () => Promise.reject(new Error('no database'));
    await expect(async () => convert(Broken, { field: 1 })).rejects.toThrow(message);
    fail = () => {
      throw Object.create(null);
    };
    await expect(async () => convert(Broken, { field: 1 })).rejects.toThrow('cannot be converted to Broken: ');
  });

  it('reports a transformation that throws', async () => {
    class Strict {
      @Transform(() => {
        throw new Error('no');
      })
      @Allow()
      field!: number;
    }
    await expect(async () => convert(Strict, { field: 1 })).rejects.toThrow('cannot be converted to Strict: no');
  });
});
