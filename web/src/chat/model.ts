import type { ChatError, ConnectionState, Message, OutgoingMessage, RoomEvent, RouteReply } from 'parley-chat/client';

export type Summary = RouteReply<'get /api/rooms/mine'>['rooms'][number];
export type RoomInfo = RouteReply<'get /api/rooms/{roomId}'>['room'];
export type Preview = RouteReply<'post /api/invites/preview'>;
export type Entry = Message | RoomEvent;

export interface Person {
  readonly username: string;
  readonly online: boolean;
  readonly lastSeen: string | null;
}

export interface Member {
  readonly userId: string;
  readonly role: 'owner' | 'admin' | 'member';
  readonly deliveredSeq: number;
  readonly readSeq: number;
}

/** An own message that is not stored yet. */
export interface Pending extends OutgoingMessage {
  readonly status: 'queued' | 'waiting' | 'failed';
  readonly error?: ChatError;
  /** When it is tried again, by the clock of this machine. */
  readonly againAtMs?: number;
}

export interface Room {
  readonly id: string;
  readonly name: string;
  readonly isPrivate: boolean;
  readonly role: Member['role'];
  readonly memberCount: number;
  readonly readOnly: boolean;
  readonly lastMessage: Pick<Message, 'seq' | 'userId' | 'content' | 'createdAt' | 'erasedAt'> | null;
  /** Everything up to here is counted in `unread`. */
  readonly countedSeq: number;
  readonly readSeq: number;
  readonly unread: number;
  readonly members: ReadonlyMap<string, Member>;
  /** Messages and events, ascending, each once. */
  readonly entries: readonly Entry[];
  /** `none`: nothing was read yet; `more`: there are older messages. */
  readonly history: 'none' | 'loading' | 'more' | 'whole' | 'failed';
  /** Before the first entry that was unread when the room was opened. */
  readonly dividerSeq: number | null;
  readonly pending: readonly Pending[];
  readonly typing: readonly string[];
}

export interface Notice {
  readonly id: number;
  readonly text: string;
}

export interface State {
  readonly me: { readonly id: string; readonly username: string };
  /** `starting`: not signed in to the server yet. */
  readonly connection: ConnectionState | 'starting';
  readonly rooms: ReadonlyMap<string, Room>;
  /** Whether the list of rooms is known. */
  readonly isListed: boolean;
  readonly people: ReadonlyMap<string, Person>;
  readonly openRoomId: string | null;
  readonly notices: readonly Notice[];
}

export const emptyRoom = (id: string): Room => ({
  id,
  name: '',
  isPrivate: true,
  role: 'member',
  memberCount: 1,
  readOnly: false,
  lastMessage: null,
  countedSeq: 0,
  readSeq: 0,
  unread: 0,
  members: new Map(),
  entries: [],
  history: 'none',
  dividerSeq: null,
  pending: [],
  typing: [],
});
