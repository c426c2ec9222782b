import { ChatError, connect, type Chat, type Message, type RouteReply } from 'parley-chat/client';
import { endSession, forgetAccount, storedAccount, tokenOf, type Account } from '../account/account.ts';
import { listen, takeRead } from './listen.ts';
import type { Pending, Preview } from './model.ts';
import { RoomReader } from './room-reader.ts';
import { Store } from './store.ts';

export interface MessengerOptions {
  readonly account: Account;
  /** The session is over; with why, where the user did not end it. */
  readonly ended: (why: string | null) => void;
}

/** What a signed-in user can do, and what is to be seen of it in `store`. */
export class Messenger {
  readonly store: Store;
  readonly #options: MessengerOptions;
  readonly #listeners = new Set<(message: Message) => void>();
  #chat: Chat | null = null;
  #reader: RoomReader | null = null;
  #token: string | null = null;
  #isOver = false;

  constructor(options: MessengerOptions) {
    this.#options = options;
    this.store = new Store(options.account.user);
  }

  async start(): Promise<void> {
    try {
      const chat = await connect({
        url: location.origin,
        token: (why) => this.#nextToken(why !== 'first'),
        storage: {
          get: (key) => sessionStorage.getItem(key),
          set: (key, value) => sessionStorage.setItem(key, value),
          remove: (key) => sessionStorage.removeItem(key),
        },
      });
      if (this.#isOver) return chat.close();
      const reader = new RoomReader(chat, this.store, (error) => this.#report(error));
      this.#chat = chat;
      this.#reader = reader;
      this.store.set({ connection: chat.state });
      listen(chat, this.store, {
        heard: (message) => this.#listeners.forEach((listener) => listener(message)),
        live: () => void reader.refresh(),
        newRoom: () => void reader.list(),
        newMember: (roomId) => void reader.lookAgain(roomId),
      });
      chat.on('state', ({ state, error }) => {
        if (state === 'closed' && !this.#isOver) this.#end(error?.message ?? 'The connection has ended.');
      });
      await reader.list();
    } catch (error) {
      if (!this.#isOver) this.#end(messageOf(error));
    }
  }

  /** Messages of others, as they arrive; returns how to stop listening. */
  onMessage(listener: (message: Message) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Shows a room, which the user is in; null: none. */
  async open(roomId: string | null): Promise<void> {
    const room = roomId === null ? undefined : this.store.room(roomId);
    if (roomId !== null && room) {
      this.store.putRoom(roomId, { dividerSeq: room.unread > 0 ? room.readSeq + 1 : null });
    }
    this.store.set({ openRoomId: roomId });
    if (roomId !== null && room?.history === 'none') await this.#reader?.open(roomId);
  }

  /** A page of older messages. */
  async loadOlder(roomId: string): Promise<void> {
    await this.#reader?.older(roomId);
  }

  send(roomId: string, text: string): void {
    this.#chat?.send(roomId, text);
  }

  /** The same message again, so that it is not stored twice. */
  retry({ roomId, content, clientMessageId }: Pending): void {
    this.#chat?.send(roomId, content, clientMessageId);
  }

  discard(item: Pending): void {
    if (this.#chat?.discard(item)) return;
    this.store.changeRoom(item.roomId, ({ pending }) => ({ pending: pending.filter((other) => other !== item) }));
  }

  setTyping(roomId: string, isTyping: boolean): void {
    this.#chat?.setTyping(roomId, isTyping);
  }

  /** Everything up to here was on a screen that somebody looks at. */
  seen(roomId: string, seq: number): void {
    const room = this.store.room(roomId);
    if (!room || seq <= room.readSeq) return;
    this.#chat?.markRead(roomId, seq);
    takeRead(this.store, roomId, seq);
  }

  /** Resolves to the id of the room. @throws ChatError */
  async createRoom(name: string, isPrivate: boolean): Promise<string> {
    const { room } = await this.#ready.request('post /api/rooms', { body: { name, isPrivate } });
    await this.#reader?.list();
    return room.id;
  }

  /** Resolves to the id of the room. @throws ChatError */
  async join(where: { readonly roomId?: string; readonly inviteCode?: string }): Promise<string> {
    const { room } = await this.#ready.request('post /api/rooms/join', { body: where });
    await this.#reader?.list();
    return room.id;
  }

  /** @throws ChatError */
  preview(inviteCode: string): Promise<Preview> {
    return this.#ready.request('post /api/invites/preview', { body: { inviteCode } });
  }

  /** @throws ChatError */
  async inviteCode(roomId: string): Promise<string> {
    return (await this.#ready.request('get /api/rooms/{roomId}/invite', { params: { roomId } })).inviteCode;
  }

  /** @throws ChatError */
  async publicRooms(query: string): Promise<RouteReply<'get /api/rooms'>['rooms']> {
    const wanted = query === '' ? {} : { query };
    return (await this.#ready.request('get /api/rooms', { query: wanted })).rooms;
  }

  /** @throws ChatError */
  async leave(roomId: string): Promise<void> {
    await this.#ready.leave(roomId);
  }

  reconnect(): void {
    this.#chat?.reconnect();
  }

  async logOut(): Promise<void> {
    const account = storedAccount();
    this.#end(null);
    if (account) await endSession(account);
  }

  /** Without ending the session on the server. */
  stop(): void {
    this.#isOver = true;
    this.#chat?.close();
  }

  get #ready(): Chat {
    if (this.#chat === null) throw new ChatError('NETWORK', 'There is no connection yet. Try again in a moment.');
    return this.#chat;
  }

  #end(why: string | null): void {
    this.stop();
    forgetAccount();
    this.#options.ended(why);
  }

  async #nextToken(isNewWanted: boolean): Promise<string> {
    try {
      this.#token = await tokenOf(this.#token, isNewWanted);
      return this.#token;
    } catch (error) {
      const isEnd = error instanceof ChatError && (error.code === 'UNAUTHENTICATED' || error.code === 'FORBIDDEN');
      if (isEnd && !this.#isOver) this.#end('Your session has ended. Log in again.');
      throw error;
    }
  }

  #report(error: unknown): void {
    if (!this.#isOver) this.store.notify(messageOf(error));
  }
}

export const messageOf = (error: unknown): string =>
  error instanceof ChatError ? error.message : 'Something went wrong. Reload the page and try again.';
