import type * as z from 'zod';
import type { Contract } from './contract.ts';
import type { WireError } from './schemas/common.ts';

type Incoming = Contract['clientEvents'];
type Outgoing = Contract['serverEvents'];

/** The answer to every event, so that a client has one branch to write. */
export type Ack<T> =
  { readonly ok: true; readonly data: T } | { readonly ok: false; readonly error: z.output<typeof WireError> };

/** What the type parameters of socket.io's `Server` and of socket.io-client's `Socket` are made of. */
export type ClientToServerEvents = {
  [E in keyof Incoming]: (
    payload: z.input<Incoming[E]['payload']>,
    ack?: (reply: Ack<z.output<Incoming[E]['reply']>>) => void,
  ) => void;
};

export type ServerToClientEvents = {
  [E in keyof Outgoing]: (payload: z.output<Outgoing[E]['payload']>) => void;
};
