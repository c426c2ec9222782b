import type * as z from 'zod';
import type { Contract } from '../contract/contract.ts';
import type { WireErrorCode } from '../contract/schemas/common.ts';
import type { LogEvent as LogEventSchema, RoomEvent as RoomEventSchema } from '../contract/schemas/messages.ts';
import type { JoinPayload } from '../contract/schemas/rooms.ts';
import type { Ack } from '../contract/socket-types.ts';

type Asked = Contract['clientEvents'];
type Told = Contract['serverEvents'];

export type AskName = keyof Asked;
export type Payload<E extends AskName> = z.input<Asked[E]['payload']>;
export type Reply<E extends AskName> = z.output<Asked[E]['reply']>;
export type Pushed<E extends keyof Told> = z.output<Told[E]['payload']>;

/** An entry of a room's log: a message (`type: 'message'`) or what happened to the room. */
export type LogEntry = z.output<typeof LogEventSchema>;
export type RoomEvent = z.output<typeof RoomEventSchema>;
export type Message = Extract<LogEntry, { type: 'message' }>;
export type Snapshot = Reply<'join_room'>;
export type Sent = Reply<'send_message'>;
export type JoinRequest = z.input<typeof JoinPayload>;
export type { Ack, WireErrorCode };

/** What an event was answered; `lost`: nobody knows what became of it. */
export type Answer<T> = Ack<T> | 'lost';

/** What was refused, as it comes over the wire. */
export type Refusal = Extract<Ack<never>, { ok: false }>['error'];
