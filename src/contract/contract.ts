import type * as z from 'zod';
import { clientEvents, serverEvents } from './events.ts';
import { accountOperations } from './operations/accounts.ts';
import { messageOperations } from './operations/messages.ts';
import { moderationOperations } from './operations/moderation.ts';
import { roomOperations } from './operations/rooms.ts';
import type { WireErrorCode } from './schemas/common.ts';

export interface HttpOperation {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  readonly path: `/${string}`;
  readonly summary: string;
  readonly auth: 'none' | 'bearer';
  readonly params?: z.ZodType;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  readonly ok: { readonly status: 200 | 201 | 204; readonly body: z.ZodType };
  /** Another status with the same body. */
  readonly also?: { readonly status: number; readonly when: string };
  /**
   * Besides VALIDATION_FAILED, OVERLOADED and INTERNAL, which are always possible, and UNAUTHENTICATED, TOKEN_EXPIRED
   * and RATE_LIMITED, which are wherever a token is asked for.
   */
  readonly errors: readonly WireErrorCode[];
}

export interface ClientEvent {
  readonly summary: string;
  readonly payload: z.ZodType;
  readonly reply: z.ZodType;
  readonly errors: readonly WireErrorCode[];
}

export interface ServerEvent {
  readonly summary: string;
  readonly payload: z.ZodType;
}

interface Shape {
  readonly http: Readonly<Record<string, HttpOperation>>;
  readonly clientEvents: Readonly<Record<string, ClientEvent>>;
  readonly serverEvents: Readonly<Record<string, ServerEvent>>;
}

/** Everything that can be said over the wire. What is not in here does not exist. */
export const contract = {
  http: { ...accountOperations, ...roomOperations, ...moderationOperations, ...messageOperations },
  clientEvents,
  serverEvents,
} as const satisfies Shape;

export type Contract = typeof contract;
