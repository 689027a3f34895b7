import type { StandardSchemaV1 } from '@standard-schema/spec';

/** A parameter of an actor's function that takes the payload, or one field of it. */
export interface PayloadParameter {
  readonly from: 'payload';
  /** The field to take; absent for the whole payload. */
  readonly field?: string;
  /** The class or constructor that it is declared with: `String`, `Number`, a DTO class, ... */
  readonly type?: Function;
  /** For an array: what its items are. */
  readonly items?: Function;
  /** Takes the place of `type`. */
  readonly schema?: StandardSchemaV1;
  /** May be missing. @default false */
  readonly optional?: boolean;
}

/** Where an argument of an actor's function comes from. */
export type ActorParameter =
  | PayloadParameter
  | { readonly from: 'message' }
  | { readonly from: 'header'; readonly name: string }
  /** What the jobs that it waited for have left: their data, or their whole result buckets. */
  | { readonly from: 'dependency-results'; readonly as: 'data' | 'buckets' };
