import type { StandardSchemaV1 } from '@standard-schema/spec';

/** A parameter that takes the payload, or one field of it. */
export interface PayloadParameter {
  readonly from: 'payload';
  /** The field to take; undefined for the whole payload. */
  readonly field?: string;
  /** The declared class or constructor: `String`, `Number`, a DTO class, ... */
  readonly type?: Function;
  /** For an array: the class of its items. */
  readonly items?: Function;
  /** Used instead of `type`. */
  readonly schema?: StandardSchemaV1;
  /** True if the value may be missing. @default false */
  readonly optional?: boolean;
}

/** Where an argument of an actor's function comes from. */
export type ActorParameter =
  | PayloadParameter
  | { readonly from: 'message' }
  | { readonly from: 'header'; readonly name: string }
  /** The results of the jobs that it waited for: their data, or their whole result buckets. */
  | { readonly from: 'dependency-results'; readonly as: 'data' | 'buckets' };
