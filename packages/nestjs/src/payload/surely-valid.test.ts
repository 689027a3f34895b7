import { Transform, Type, plainToInstance } from 'class-transformer';
import {
  Allow,
  ArrayNotEmpty,
  IsDefined,
  IsInt,
  IsOptional,
  IsString,
  MinLength,
  registerDecorator,
  validate,
  ValidateIf,
  ValidateNested,
  ValidatePromise,
} from 'class-validator';
import { describe, expect, it } from 'vitest';
import { ClassConverter } from '../index.js';
import { ClassShapes } from './class-shapes.js';
import { isSurelyValid } from './surely-valid.js';

class Attachment {
  @IsInt()
  bytes!: number;
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

  @ValidateNested()
  @Type(() => Attachment)
  attachments?: unknown;
}

class Postcard extends Letter {
  @IsInt()
  stamps!: number;
}

const good = { to: 'alex', from: 1 };
const isValid = (type: new () => object, plain: object) =>
  isSurelyValid(plainToInstance(type, plain), new ClassShapes());

const asked =
  (answer: () => unknown, async = false): PropertyDecorator =>
  (prototype, propertyName) =>
    registerDecorator({
      name: 'asked',
      async,
      target: prototype.constructor,
      propertyName: propertyName as string,
      validator: { validate: answer as () => boolean, defaultMessage: () => 'refused' },
    });

describe('isSurelyValid', () => {
  it.each<[object, boolean]>([
    [good, true],
    [{ ...good, tags: ['a', 'b'] }, true],
    [{ ...good, tags: null }, true],
    [{ ...good, attachments: { bytes: 1 } }, true],
    [{ ...good, attachments: [{ bytes: 1 }, { bytes: 2 }] }, true],
    [{ ...good, to: 'boss', urgency: 1 }, true],
    [{ ...good, urgency: 'x' }, true],
    [{ ...good, to: 'a' }, false],
    [{ ...good, to: 5 }, false],
    [{ to: 'alex' }, false],
    [{ ...good, from: null }, false],
    [{ ...good, tags: ['a', 5] }, false],
    [{ ...good, tags: [] }, false],
    [{ ...good, tags: 'a' }, false],
    [{ ...good, attachments: 'none' }, false],
    [{ ...good, attachments: null }, false],
    [{ ...good, attachments: [{ bytes: 1 }, { bytes: 'x' }] }, false],
    [{ ...good, attachments: [5] }, false],
    [{ ...good, to: 'boss' }, false],
  ])('says of %j: %s, as class-validator does', async (plain, expected) => {
    expect(isValid(Letter, plain)).toBe(expected);
    expect((await validate(plainToInstance(Letter, plain), { forbidUnknownValues: false })).length === 0).toBe(
      expected,
    );
  });

  it('knows what a class inherits', () => {
    expect(isValid(Postcard, { ...good, stamps: 1 })).toBe(true);
    expect(isValid(Postcard, { ...good, stamps: 1, to: 5 })).toBe(false);
    expect(isValid(Postcard, good)).toBe(false);
  });

  it.each<[string, PropertyDecorator]>([
    ['an asynchronous validator', asked(() => true, true)],
    ['one that answers later without having said so', asked(async () => Promise.resolve(true))],
    ['one that answers neither true nor false', asked(() => 1)],
    ['an option that only class-validator reads', IsInt({ validateIf: () => false })],
    ['a promise as the value', ValidatePromise()],
  ])('is never sure about %s', (_, decorate) => {
    class Odd {
      field = 1;
    }
    decorate(Odd.prototype, 'field');
    const shapes = new ClassShapes();
    expect(isSurelyValid(new Odd(), shapes)).toBe(false);
    expect(shapes.of(Odd).rules).toBeUndefined();
  });

  it('leaves maps and sets of objects to class-validator', () => {
    class Box {
      @ValidateNested()
      items = new Map([['a', Object.assign(new Attachment(), { bytes: 1 })]]);

      @IsInt({ each: true })
      numbers = new Set([1]);
    }
    expect(isSurelyValid(new Box(), new ClassShapes())).toBe(false);
  });
});

describe('ClassConverter', () => {
  const convert = (type: Function, value: unknown) =>
    new ClassConverter().convertInputs({ value, bytes: new Uint8Array() }, [{ from: 'payload', type }], 'x');

  it('converts at once where no validator is asynchronous', () => {
    expect(convert(Letter, good)).toEqual([Object.assign(new Letter(), good)]);
  });

  it.each([true, false])('waits for the answer of a validator, said to be asynchronous: %s', async (isSaid) => {
    class Account {
      name!: string;
    }
    let answer = true;
    asked(async () => new Promise((resolve) => setImmediate(resolve, answer)), isSaid)(Account.prototype, 'name');
    const outcome = async () => convert(Account, { name: 'a' });
    await expect(outcome()).resolves.toHaveLength(1);
    answer = false;
    await expect(outcome()).rejects.toThrow('"name": refused');
    await expect(outcome()).rejects.toThrow('"name": refused');
    answer = true;
    await expect(outcome()).resolves.toHaveLength(1);
  });

  it('reports a validator that fails, at once or later', async () => {
    class Broken {
      field!: number;
    }
    let fail: () => unknown = () => {
      throw new Error('no database');
    };
    asked(() => fail())(Broken.prototype, 'field');
    const message = 'cannot be read as Broken: no database';
    await expect(async () => convert(Broken, { field: 1 })).rejects.toThrow(message);
    fail = async () => Promise.reject(new Error('no database'));
    await expect(async () => convert(Broken, { field: 1 })).rejects.toThrow(message);
  });

  it('reports a transformation that fails', async () => {
    class Strict {
      @Transform(() => {
        throw new Error('no');
      })
      field!: number;
    }
    await expect(async () => convert(Strict, { field: 1 })).rejects.toThrow('cannot be read as Strict: no');
  });
});
