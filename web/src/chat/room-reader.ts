import type { Chat } from 'parley-chat/client';
import { asEntry, merge } from './entries.ts';
import type { Summary } from './model.ts';
import type { Store } from './store.ts';

const PAGE = 50;

/** Reads into the store what nobody tells by himself: the list of rooms, who is in them, history. */
export class RoomReader {
  readonly #chat: Chat;
  readonly #store: Store;
  readonly #report: (error: unknown) => void;

  constructor(chat: Chat, store: Store, report: (error: unknown) => void) {
    this.#chat = chat;
    this.#store = store;
    this.#report = report;
  }

  async list(): Promise<void> {
    try {
      const rooms = await this.#chat.rooms();
      for (const room of rooms) this.#takeSummary(room);
      const mine = new Set(rooms.map(({ id }) => id));
      for (const id of this.#store.state.rooms.keys()) if (!mine.has(id)) this.#store.dropRoom(id);
      const isFirst = !this.#store.state.isListed;
      this.#store.set({ isListed: true });
      if (isFirst) this.#restorePending();
    } catch (error) {
      this.#report(error);
    }
  }

  /** After a time without a connection: what is not in any log has changed and was not told. */
  async refresh(): Promise<void> {
    await this.list();
    const read = [...this.#store.state.rooms.values()].filter(({ history }) => history !== 'none');
    for (const { id } of read) await this.lookAgain(id);
  }

  /** A room that is opened: its members and its newest messages, once. */
  async open(roomId: string): Promise<void> {
    this.#store.putRoom(roomId, { history: 'loading' });
    try {
      // First the snapshot: from there on everything is told, so that the newest page leaves no gap.
      await this.#look(roomId);
      await this.#readPage(roomId, undefined);
    } catch (error) {
      this.#store.changeRoom(roomId, () => ({ history: 'failed' }));
      this.#report(error);
    }
  }

  /** A page of older messages. */
  async older(roomId: string): Promise<void> {
    const room = this.#store.room(roomId);
    if (!room || room.history === 'loading' || room.history === 'whole') return;
    if (room.entries.length === 0) return this.open(roomId);
    this.#store.putRoom(roomId, { history: 'loading' });
    await this.#readPage(roomId, room.entries[0]?.seq);
  }

  async lookAgain(roomId: string): Promise<void> {
    if ((this.#store.room(roomId)?.history ?? 'none') === 'none') return;
    await this.#look(roomId).catch((error: unknown) => this.#report(error));
  }

  /** What an earlier page has left unsent. */
  #restorePending(): void {
    for (const message of this.#chat.pending) {
      this.#store.changeRoom(message.roomId, ({ pending }) =>
        pending.some(({ clientMessageId }) => clientMessageId === message.clientMessageId)
          ? {}
          : { pending: [...pending, { ...message, status: 'queued' }] },
      );
    }
  }

  #takeSummary(summary: Summary): void {
    const { id, name, isPrivate, role, memberCount, lastSeq, deliveredSeq, unreadCount, lastMessage } = summary;
    const known = this.#store.room(id);
    const readSeq = Math.max(summary.readSeq, known?.readSeq ?? 0);
    if (deliveredSeq < lastSeq) this.#chat.markDelivered(id, lastSeq);
    // What was told meanwhile may be newer than the answer, and what was read here newer than the server knows.
    const isOlder = known !== undefined && known.countedSeq > lastSeq;
    const counts = isOlder ? {} : { countedSeq: lastSeq, lastMessage, unread: readSeq >= lastSeq ? 0 : unreadCount };
    this.#store.putRoom(id, { name, isPrivate, role, memberCount, readSeq, ...counts });
  }

  async #readPage(roomId: string, before: number | undefined): Promise<void> {
    try {
      const query = { limit: PAGE, ...(before === undefined ? {} : { before }) };
      const page = await this.#chat.request('get /api/rooms/{roomId}/messages', { params: { roomId }, query });
      this.#store.changeRoom(roomId, ({ entries }) => ({
        entries: merge(entries, page.messages.map(asEntry)),
        history: page.hasMore ? 'more' : 'whole',
      }));
    } catch (error) {
      this.#store.changeRoom(roomId, ({ entries }) => ({ history: entries.length > 0 ? 'more' : 'failed' }));
      this.#report(error);
    }
  }

  /** Who is in the room, who is there now, and how far each has read. */
  async #look(roomId: string): Promise<void> {
    const { room, members } = await this.#chat.join({ roomId });
    const people = new Map(this.#store.state.people);
    for (const { userId, username, online, lastSeen } of members) people.set(userId, { username, online, lastSeen });
    this.#store.set({ people });
    const { name, readOnly } = room;
    this.#store.putRoom(roomId, { name, readOnly, members: new Map(members.map((one) => [one.userId, one])) });
  }
}
