import type { Chat, Message, Outgoing, RoomEvent } from 'parley-chat/client';
import { erase, FORMER_USER, isMessage, merge } from './entries.ts';
import type { Store } from './store.ts';

export interface Hearing {
  /** A message of somebody else, as it arrives. */
  readonly heard: (message: Message) => void;
  readonly live: () => void;
  /** The user is in a room that is not known yet. */
  readonly newRoom: (roomId: string) => void;
  /** Somebody came into a room, of whom nothing but the name is known. */
  readonly newMember: (roomId: string) => void;
}

/** Takes over what the client tells. */
export function listen(chat: Chat, store: Store, { heard, live, newRoom, newMember }: Hearing): void {
  const me = store.state.me.id;
  chat.on('state', ({ state }) => {
    store.set({ connection: state });
    if (state === 'live') live();
    // Nobody tells any more who has stopped.
    else for (const roomId of store.state.rooms.keys()) store.changeRoom(roomId, () => ({ typing: [] }));
  });
  chat.on('entered', ({ roomId, position }) => {
    if (!store.room(roomId)) return newRoom(roomId);
    // What the server does not have any more is not shown any more.
    store.changeRoom(roomId, ({ entries, countedSeq, readSeq }) => ({
      entries: entries.filter(({ seq }) => seq <= position),
      countedSeq: Math.min(countedSeq, position),
      readSeq: Math.min(readSeq, position),
    }));
  });
  chat.on('gone', ({ roomId, event }) => {
    const name = store.room(roomId)?.name;
    store.dropRoom(roomId);
    if (event === null || event.actorId === me || name === undefined) return;
    store.notify(`You are no longer in ${name}.`);
  });
  chat.on('message', (message) => {
    takeMessage(store, message);
    if (message.userId === me) return;
    store.setTyping(message.roomId, message.userId, false);
    chat.markDelivered(message.roomId, message.seq);
    heard(message);
  });
  chat.on('room_event', (event) => takeEvent(store, event));
  chat.on('member_joined', ({ roomId, userId }) => {
    if (userId !== me) newMember(roomId);
  });
  chat.on('outgoing', (outgoing) => takeOutgoing(store, outgoing));
  chat.on('typing', ({ roomId, userId, isTyping }) => store.setTyping(roomId, userId, isTyping));
  chat.on('user_status', ({ userId, online, lastSeen }) => {
    if (store.state.people.has(userId)) store.putPerson(userId, { online, lastSeen });
  });
  chat.on('delivery_receipt', ({ roomId, userId, seq }) =>
    store.changeMember(roomId, userId, ({ deliveredSeq }) => ({ deliveredSeq: Math.max(deliveredSeq, seq) })),
  );
  chat.on('read_receipt', ({ roomId, userId, seq }) => {
    store.changeMember(roomId, userId, ({ readSeq }) => ({ readSeq: Math.max(readSeq, seq) }));
    if (userId === me) takeRead(store, roomId, seq);
  });
  chat.on('error', ({ code, message }) => {
    if (code === 'STORAGE') store.notify('This browser keeps nothing: unsent messages do not outlive a reload.');
    else if (code !== 'NETWORK' && code !== 'TOKEN_EXPIRED') store.notify(message);
  });
}

/** The user has read up to here, on this device or on another one. */
export function takeRead(store: Store, roomId: string, seq: number): void {
  const me = store.state.me.id;
  store.changeRoom(roomId, ({ readSeq, countedSeq, unread, entries }) => {
    if (seq <= readSeq) return {};
    if (seq >= countedSeq) return { readSeq: seq, unread: 0 };
    const isKnown = (entries[0]?.seq ?? Infinity) <= seq;
    const left = entries.filter((entry) => entry.seq > seq && isMessage(entry) && entry.userId !== me).length;
    return { readSeq: seq, unread: isKnown ? left : unread };
  });
}

function takeMessage(store: Store, message: Message): void {
  const me = store.state.me.id;
  store.changeRoom(message.roomId, (room) => {
    const isNew = message.seq > room.countedSeq;
    const counts = isNew && message.userId !== me && message.seq > room.readSeq;
    return {
      entries: room.history === 'none' ? room.entries : merge(room.entries, [message]),
      ...(isNew ? { lastMessage: message, countedSeq: message.seq } : {}),
      unread: room.unread + (counts ? 1 : 0),
    };
  });
}

function takeEvent(store: Store, event: RoomEvent): void {
  const { roomId } = event;
  if (event.type === 'messages_erased') return takeErasure(store, event);
  if (event.type === 'member_joined') store.putPerson(event.userId, { username: event.username });
  store.changeRoom(roomId, (room) => {
    const members = new Map(room.members);
    const entries = room.history === 'none' ? room.entries : merge(room.entries, [event]);
    if (event.type === 'member_joined') {
      const member = { userId: event.userId, role: event.role, deliveredSeq: 0, readSeq: 0 };
      members.set(event.userId, members.get(event.userId) ?? member);
    }
    if (event.type === 'member_left' || event.type === 'member_removed' || event.type === 'member_banned') {
      members.delete(event.userId);
    }
    const changed = event.type === 'role_changed' ? members.get(event.userId) : undefined;
    if (event.type === 'role_changed' && changed) members.set(event.userId, { ...changed, role: event.role });
    const settings =
      event.type === 'room_updated'
        ? { name: event.name ?? room.name, readOnly: event.readOnly ?? room.readOnly }
        : { memberCount: room.memberCount + members.size - room.members.size };
    const isMine = event.type === 'role_changed' && event.userId === store.state.me.id;
    return { members, entries, ...settings, ...(isMine ? { role: event.role } : {}) };
  });
}

/** Texts that are gone on the server go here as well, and so does the name of whoever is gone. */
function takeErasure(store: Store, event: Extract<RoomEvent, { type: 'messages_erased' }>): void {
  const { roomId, userId } = event;
  store.changeRoom(roomId, ({ entries, history, lastMessage }) => ({
    entries: history === 'none' ? entries : merge(entries, [event]),
    lastMessage: lastMessage && erase(lastMessage, event),
  }));
  if (userId !== null && store.state.people.has(userId)) store.putPerson(userId, { username: FORMER_USER });
}

function takeOutgoing(store: Store, outgoing: Outgoing): void {
  const { status, message } = outgoing;
  const { roomId, clientMessageId, content } = message;
  if (!store.room(roomId)) return;
  store.changeRoom(roomId, ({ pending, entries, history }) => {
    const index = pending.findIndex((item) => item.clientMessageId === clientMessageId);
    const without = pending.filter((_, place) => place !== index);
    if (status === 'sent') {
      const { id, seq, createdAt } = outgoing.sent;
      const userId = store.state.me.id;
      const stored: Message = { type: 'message', id, roomId, seq, userId, content, clientMessageId, createdAt };
      return { pending: without, entries: history === 'none' ? entries : merge(entries, [stored]) };
    }
    if (status === 'failed' && outgoing.error.code === 'DISCARDED') return { pending: without };
    const error = status === 'queued' ? undefined : outgoing.error;
    const waitMs = error?.retryAfterMs;
    const item = {
      ...message,
      status,
      ...(error ? { error } : {}),
      ...(waitMs === undefined ? {} : { againAtMs: Date.now() + waitMs }),
    };
    return { pending: index < 0 ? [...pending, item] : pending.with(index, item) };
  });
}
