import type * as z from 'zod';
import type { Contract } from '../../../contract/contract.ts';

type Operations = Contract['http'];
type Part = 'params' | 'query' | 'body';
type InputOf<O> = {
  readonly [P in Part as O extends Record<P, z.ZodType> ? P : never]: O extends Record<P, infer S extends z.ZodType>
    ? z.input<S>
    : never;
};
type ReplyOf<O> = O extends { ok: { body: infer S extends z.ZodType } } ? z.input<S> : never;

/** Every operation of the contract that asks for a token, by its name there; what it takes and answers, too. */
export type Actions = {
  readonly [K in keyof Operations as Operations[K] extends { auth: 'bearer' } ? K : never]: (
    ...input: keyof InputOf<Operations[K]> extends never ? [] : [input: InputOf<Operations[K]>]
  ) => Promise<ReplyOf<Operations[K]>>;
};
