import { emptyRoom, type Member, type Person, type Room, type State } from './model.ts';

/** What the page shows, replaced as a whole at each change, so that a view can tell what has changed. */
export class Store {
  #state: State;
  readonly #listeners = new Set<() => void>();

  constructor(me: State['me']) {
    this.#state = {
      me,
      connection: 'starting',
      rooms: new Map(),
      isListed: false,
      people: new Map([[me.id, { username: me.username, online: true, lastSeen: null }]]),
      openRoomId: null,
      notices: [],
    };
  }

  get state(): State {
    return this.#state;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  set(change: Partial<State>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }

  room(roomId: string): Room | undefined {
    return this.#state.rooms.get(roomId);
  }

  /** Changes a room that is known, or adds it. */
  putRoom(roomId: string, change: Partial<Room>): void {
    const room = { ...(this.room(roomId) ?? emptyRoom(roomId)), ...change };
    this.set({ rooms: new Map(this.#state.rooms).set(roomId, room) });
  }

  /** Changes a room, if it is still there. */
  changeRoom(roomId: string, change: (room: Room) => Partial<Room>): void {
    const room = this.room(roomId);
    if (room) this.putRoom(roomId, change(room));
  }

  dropRoom(roomId: string): void {
    const rooms = new Map(this.#state.rooms);
    rooms.delete(roomId);
    this.set({ rooms });
  }

  putPerson(userId: string, change: Partial<Person>): void {
    const known = this.#state.people.get(userId) ?? { username: 'Somebody', online: false, lastSeen: null };
    this.set({ people: new Map(this.#state.people).set(userId, { ...known, ...change }) });
  }

  changeMember(roomId: string, userId: string, change: (member: Member) => Partial<Member>): void {
    const member = this.room(roomId)?.members.get(userId);
    if (!member) return;
    this.changeRoom(roomId, ({ members }) => ({
      members: new Map(members).set(userId, { ...member, ...change(member) }),
    }));
  }

  setTyping(roomId: string, userId: string, isTyping: boolean): void {
    const room = this.room(roomId);
    if (!room || room.typing.includes(userId) === isTyping) return;
    const others = room.typing.filter((id) => id !== userId);
    this.putRoom(roomId, { typing: isTyping ? [...others, userId] : others });
  }

  notify(text: string): void {
    const { notices } = this.#state;
    const id = (notices.at(-1)?.id ?? 0) + 1;
    this.set({ notices: [...notices.filter((notice) => notice.text !== text), { id, text }].slice(-3) });
  }

  dismiss(id: number): void {
    this.set({ notices: this.#state.notices.filter((notice) => notice.id !== id) });
  }
}
