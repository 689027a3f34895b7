import { Exclude, Expose, Transform, Type, plainToInstance } from 'class-transformer';
import { Allow, IsInt, IsOptional, IsString } from 'class-validator';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ClassConverter } from '../index.js';
import { ClassShapes } from './class-shapes.js';
import { toInstance } from './to-instance.js';

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

const CLASSES: readonly (new () => object)[] = [
  ...[Plain, Child, Typed, ChildOfTyped, Transformed, Renamed, Chosen, Nothing, WithAccessors, Undeclared],
];

describe('toInstance', () => {
  const shapes = new ClassShapes();
  const keys = fc.constantFrom('count', 'text', 'made', 'more', 'constructor', 'toString', 'other');
  const values = fc.oneof(fc.integer(), fc.string(), fc.constantFrom(null, undefined, true), fc.object());

  it.each(CLASSES.map((type) => [type.name, type] as const))('makes what class-transformer makes: %s', (_, type) => {
    fc.assert(
      fc.property(fc.dictionary(keys, values, { noNullPrototype: true }), (plain) => {
        const made = described(() => toInstance(type, structuredClone(plain), shapes));
        expect(made).toEqual(described(() => plainToInstance(type, structuredClone(plain))));
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
    expect(described(() => toInstance(Plain, value, shapes))).toEqual(described(() => plainToInstance(Plain, value)));
  });

  it('leaves undeclared properties to the converter', async () => {
    const value = { count: 1, other: 2 };
    const [made] = await new ClassConverter().convertInputs(
      { value, bytes: new Uint8Array() },
      [{ from: 'payload', type: Plain }],
      'actor',
    );
    expect(made).toBeInstanceOf(Plain);
    expect(Object.keys(made as Plain)).toEqual(Object.keys(plainToInstance(Plain, { count: 1 })));
  });

  it('copies what has nothing to transform', () => {
    expect(shapes.of(Plain).copied).toEqual(new Set(['count', 'text', 'made']));
    expect(shapes.of(Typed).copied).toEqual(new Set(['text']));
    for (const type of [Transformed, Renamed, Chosen, Nothing, Undeclared]) expect(shapes.of(type).copied.size).toBe(0);
  });
});

/** Its class, and its properties in their order, functions by their text; or what it threw. */
function described(make: () => object): unknown {
  try {
    const made = make();
    return [
      made.constructor,
      Object.entries(made).map(([key, value]) => [key, typeof value === 'function' ? String(value) : value]),
    ];
  } catch (error) {
    return (error as Error).message;
  }
}
