import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { PayloadParameter } from '../actor/parameters.js';
import { MOST_ISSUES, PayloadValidationError } from '../errors/index.js';
import { convertAll, convertItems, issuesIn, valuesIn, type Conversion } from './conversion.js';
import type { Converter, PayloadSource } from './converter.js';
import { convertPrimitive, isBytesType, isPrimitiveType } from './primitives.js';

/** A class that payloads are converted to. */
export type PayloadClass = new (...args: never[]) => object;

/**
 * Converts declared primitives, arrays of them, and values with a Standard Schema (zod, valibot, ...). Override
 * `convertClass` to convert classes, too; here they are passed through.
 */
export class BasicConverter implements Converter {
  convertInputs(
    payload: PayloadSource,
    parameters: readonly PayloadParameter[],
    actor: string,
  ): unknown[] | Promise<unknown[]> {
    const isOnly = parameters.length === 1;
    const conversions = convertAll(parameters, (parameter) => this.convertParameter(payload, parameter, isOnly));
    return conversions instanceof Promise
      ? conversions.then((settled) => argumentsFrom(settled, actor))
      : argumentsFrom(conversions, actor);
  }

  convertOutputs(value: unknown): unknown {
    return value;
  }

  /** Converts a plain value to an instance of the class, or returns the issues. Their paths begin with `path`. */
  protected convertClass(value: unknown, _type: PayloadClass, _path: string): Conversion | Promise<Conversion> {
    return { value };
  }

  private convertParameter(
    payload: PayloadSource,
    parameter: PayloadParameter,
    isOnly: boolean,
  ): Conversion | Promise<Conversion> {
    if (parameter.field === undefined && isBytesType(parameter.type)) return { value: payload.bytes };
    const path = parameter.field ?? '';
    const value = parameter.field === undefined ? payload.value : readField(payload.value, parameter.field, isOnly);
    if (parameter.schema) return convertBySchema(value, parameter.schema, path);
    if (value === undefined || value === null) return convertNothing(value, parameter, path);
    if (parameter.items) return this.convertItems(value, parameter.items, path);
    return this.convertValue(value, parameter.type, path);
  }

  private convertValue(value: unknown, type: PayloadParameter['type'], path: string): Conversion | Promise<Conversion> {
    if (type === undefined || type === Object) return { value };
    if (isPrimitiveType(type)) return convertPrimitive(value, type, path);
    return this.convertClass(value, type as PayloadClass, path);
  }

  private convertItems(value: unknown, type: Function, path: string): Conversion | Promise<Conversion> {
    if (!Array.isArray(value)) return { issues: [{ path, message: 'expected an array' }] };
    return convertItems(value, (item, index) => this.convertValue(item, type, joinPath(path, index)));
  }
}

/** @throws PayloadValidationError with all issues */
function argumentsFrom(conversions: readonly Conversion[], actor: string): unknown[] {
  const issues = issuesIn(conversions);
  if (issues.length > 0) throw new PayloadValidationError(actor, issues);
  return valuesIn(conversions);
}

/** Appends one step to a path. */
export function joinPath(path: string, step: string | number): string {
  return path === '' ? String(step) : `${path}.${step}`;
}

/** A payload that has no fields, such as the result of another job, is the only field that its actor takes. */
function readField(value: unknown, field: string, isOnly: boolean): unknown {
  if (value === null) return undefined;
  if (typeof value !== 'object' || Array.isArray(value)) return isOnly ? value : undefined;
  return Object.hasOwn(value, field) ? (value as Record<string, unknown>)[field] : undefined;
}

function convertNothing(value: null | undefined, { optional, type }: PayloadParameter, path: string): Conversion {
  if (optional || ((type === undefined || type === Object) && value !== undefined)) return { value };
  if (path === '' && (type === undefined || type === Object)) return { value };
  return { issues: [{ path, message: path === '' ? 'the payload is missing' : 'is missing' }] };
}

function convertBySchema(value: unknown, schema: StandardSchemaV1, path: string): Conversion | Promise<Conversion> {
  const result = schema['~standard'].validate(value);
  return 'then' in result ? result.then((settled) => conversionFrom(settled, path)) : conversionFrom(result, path);
}

function conversionFrom(result: StandardSchemaV1.Result<unknown>, path: string): Conversion {
  if (!result.issues) return { value: result.value };
  const reported = result.issues.slice(0, MOST_ISSUES);
  return { issues: reported.map((issue) => ({ path: schemaPath(path, issue), message: issue.message })) };
}

function schemaPath(path: string, issue: StandardSchemaV1.Issue): string {
  const steps = issue.path?.map((step) => String(typeof step === 'object' ? step.key : step)) ?? [];
  return steps.reduce(joinPath, path);
}
