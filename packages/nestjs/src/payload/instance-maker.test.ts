import { Exclude, Expose, Transform, Type, plainToInstance } from 'class-transformer';
import { Allow, IsInt, IsOptional, IsString } from 'class-validator';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ClassConverter } from '../index.js';
import { ClassShapes } from './class-shapes.js';
import { InstanceMaker } from './instance-maker.js';

class Plain {
  @IsInt()
  count!: number;

  @IsOptional()
  @IsString()
  text?: string = 'as it was';

  @Allow()
  made: unknown = () => 'kept';
}

class Child extends Plain {
  @Allow()
  more: unknown;
}

class Typed {
  @Type(() => Number)
  @IsInt()
  count!: number;

  @Allow()
  text: unknown;
}

class ChildOfTyped extends Typed {}

class Transformed {
  @Transform(({ value }) => `<${String(value)}>`)
  @Allow()
  text: unknown;
}

class Renamed {
  @Expose({ name: 'text' })
  @Allow()
  count: unknown;
}

class Chosen {
  @Exclude()
  @Allow()
  text: unknown;

  @Allow()
  count: unknown;
}

@Exclude()
class Nothing {
  @Allow()
  text: unknown;
}

class WithAccessors {
  private kept: unknown;

  @Allow()
  get text(): unknown {
    return this.kept;
  }

  @Allow()
  get more(): unknown {
    return this.kept;
  }
  set more(value: unknown) {
    this.kept = value;
  }

  @Allow()
  count(): void {}
}

class Undeclared {
  text: unknown;
}

class Part {
  @Allow()
  count: unknown;

  @Type(() => Part)
  @Allow()
  more: unknown;
}

class Renaming {
  @Expose({ name: 'renamed' })
  count: unknown;
}

class Whole {
  @Type(() => Part)
  @Allow()
  count: unknown;

  @Type(() => Renaming)
  @Allow()
  text: unknown;

  @Type(() => Date)
  @Allow()
  made: unknown;

  @Type(() => String)
  @Transform(({ value, key, obj }) => [key, value, Object.keys(obj as object)])
  @Transform(({ value }) => (Array.isArray(value) ? 'many' : value))
  @Allow()
  more: unknown;
}

class Sets {
  @Type(() => Part)
  count!: Set<Part>;

  @Type((options) => ((options!.object as Sets).text ? Part : Plain))
  more: unknown;

  @Type(() => Map)
  text: unknown;
}

abstract class Shape {
  @Allow()
  count: unknown;
}
class Circle extends Shape {
  @Allow()
  text: unknown;
}
class Square extends Shape {
  @Type(() => Part)
  more: unknown;
}
const SUB_TYPES = {
  property: 'kind',
  subTypes: [
    { name: 'circle', value: Circle },
    { name: 'square', value: Square },
  ],
};

@Exclude()
class ExposedDrawing {
  @Expose()
  @Allow()
  @Type(() => Circle, { discriminator: SUB_TYPES })
  count: unknown;

  @Expose({ name: 'more' })
  @Allow()
  @Type(() => Circle, { discriminator: SUB_TYPES })
  others: unknown;
}

class Drawing {
  @Type(() => Circle, { discriminator: SUB_TYPES })
  count: unknown;

  @Type(() => Circle, { discriminator: SUB_TYPES, keepDiscriminatorProperty: true })
  more: unknown;
}

const CLASSES: readonly (new () => object)[] = [
  ...[Plain, Child, Typed, ChildOfTyped, Transformed, Renamed, Chosen, Nothing, WithAccessors, Undeclared],
  ...[Part, Whole, Sets],
];

const made = (type: Function, value: object) => new InstanceMaker(new ClassShapes(), 'keep').make(type, value, '');

describe('InstanceMaker', () => {
  const keys = fc.constantFrom('count', 'text', 'made', 'more', 'other', 'renamed');
  const leaves = fc.oneof(fc.integer(), fc.string(), fc.constantFrom(null, undefined, true));
  const { plain } = fc.letrec<{ plain: object; value: unknown }>((tie) => ({
    plain: fc.dictionary(keys, tie('value'), { noNullPrototype: true, maxKeys: 5 }),
    value: fc.oneof({ depthSize: 'small' }, leaves, tie('plain'), fc.array(tie('value'), { maxLength: 3 })),
  }));

  // Within what has no class, class-transformer drops names that objects inherit; here it is left as it is.
  const outermost = fc
    .tuple(plain, fc.dictionary(fc.constantFrom('toString', 'constructor'), leaves))
    .map(([a, b]) => ({ ...a, ...b }));

  it.each(CLASSES.map((type) => [type.name, type] as const))('makes what class-transformer makes: %s', (_, type) => {
    fc.assert(
      fc.property(outermost, (value) => {
        const expected = described(() => plainToInstance(type, structuredClone(value)));
        expect(described(() => made(type, structuredClone(value)))).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  const shape = fc.record({ kind: fc.constantFrom('circle', 'square'), count: leaves, text: leaves, more: plain });
  const shapesOrMore = fc.oneof(shape, fc.array(shape), fc.constantFrom(undefined, null, 5));

  it('makes what class-transformer makes where a property says which class', () => {
    fc.assert(
      fc.property(fc.record({ count: shapesOrMore, more: shapesOrMore }), (value) => {
        const expected = described(() => plainToInstance(Drawing, structuredClone(value)));
        expect(described(() => made(Drawing, structuredClone(value)))).toEqual(expected);
      }),
    );
  });

  it.each<[string, object]>([
    ['a map', new Map([['count', 1]])],
    ['a date', new Date(0)],
    ['an instance', Object.assign(new Plain(), { count: 1 })],
    ['an object without a prototype', Object.assign(Object.create(null) as object, { count: 1 })],
    ['what poisons prototypes', JSON.parse('{"count":1,"__proto__":{"text":"poison"}}') as object],
    ['bytes', Buffer.from('abc')],
  ])('leaves to class-transformer what is not plain: %s', (_, value) => {
    expect(described(() => made(Plain, value))).toEqual(described(() => plainToInstance(Plain, value)));
  });

  it('takes what has no class as it is, and does not copy it', () => {
    const text = { large: [1, 2, 3] };
    expect((made(Plain, { text }) as Plain).text).toBe(text);
  });

  it('does not change what it reads', () => {
    const value = { count: { kind: 'circle', text: 'x' } };
    made(Drawing, value);
    expect(value).toEqual({ count: { kind: 'circle', text: 'x' } });
  });

  it('leaves undeclared properties to the converter', async () => {
    const value = { count: 1, other: 2 };
    const [converted] = await new ClassConverter().convertInputs(
      { value, bytes: new Uint8Array() },
      [{ from: 'payload', type: Plain }],
      'actor',
    );
    expect(converted).toBeInstanceOf(Plain);
    expect(Object.keys(converted as Plain)).toEqual(Object.keys(plainToInstance(Plain, { count: 1 })));
  });

  it.each<[string, Function]>([
    ['a class of its own', Drawing],
    ['a class that only class-transformer can read', ExposedDrawing],
  ])('tells where a value names no class that is known, in %s', (_, type) => {
    const maker = new InstanceMaker(new ClassShapes(), 'drop');
    const value = { count: { kind: 'cube' }, more: [{ kind: 'circle' }, {}, { kind: 5 }, { kind: 'toString' }] };
    maker.make(type, value, 'drawing');
    const message = 'expected one of "circle", "square"';
    expect(maker.issues).toEqual([
      { path: 'drawing.count.kind', message },
      ...[1, 2, 3].map((at) => ({ path: `drawing.more.${at}.kind`, message })),
    ]);
  });
});

/** What it has made, classes by their names and functions by their texts; or what it threw. */
function described(make: () => unknown): unknown {
  try {
    return shown(make());
  } catch (error) {
    return (error as Error).message;
  }
}

function shown(value: unknown): unknown {
  if (typeof value === 'function') return String(value);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (Array.isArray(value)) return value.map(shown);
  if (value instanceof Set || value instanceof Map) return [value.constructor.name, [...value.values()].map(shown)];
  return [value.constructor?.name, Object.entries(value).map(([key, member]) => [key, shown(member)])];
}
