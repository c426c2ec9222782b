import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { connect, type Chat, type ConnectOptions, type Message, type RoomEvent } from '../../src/client/client.ts';
import { LogEvent } from '../../src/contract/schemas/messages.ts';
import { faultProxy, type FaultProxy } from '../support/harness/fault-proxy.ts';
import { Person } from '../support/harness/person.ts';
import { startServer, type TestServer } from '../support/harness/server.ts';
import { until } from '../support/harness/site.ts';

/** Everything of one room that a client was told, in the order of the telling. */
function log(chat: Chat, roomId: string): (Message | RoomEvent)[] {
  const told: (Message | RoomEvent)[] = [];
  const note = (entry: Message | RoomEvent) => void (entry.roomId === roomId && told.push(entry));
  chat.on('message', note);
  chat.on('room_event', note);
  return told;
}

const seqs = (entries: readonly { readonly seq: number }[]) => entries.map(({ seq }) => seq);
const from = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, index) => first + index);

describe('the client, on a real server', () => {
  let server: TestServer;
  let proxy: FaultProxy;
  let chats: Chat[] = [];
  beforeAll(async () => {
    server = await startServer();
    proxy = await faultProxy({ host: '127.0.0.1', port: Number(new URL(server.url).port) });
  });
  afterEach(() => {
    for (const chat of chats) chat.close();
    chats = [];
    proxy.heal();
  });
  afterAll(async () => {
    await proxy.close();
    expect(await server.stop()).toBe(true);
  });
  const enter = async (token: ConnectOptions['token'], options: Partial<ConnectOptions> = {}) => {
    const chat = await connect({ url: server.url, token, ...options });
    chats.push(chat);
    return chat;
  };
  const unstable = () => `http://127.0.0.1:${proxy.port}`;
  const someone = (name: string) => Person.register(server.url, name);

  it('joins, sends, and hears messages, presence, typing and receipts', async () => {
    const [alice, bob] = [await someone('alice'), await someone('bob')];
    const roomId = await alice.createRoom({ name: 'general' });
    const [a, b] = [await enter(alice.token), await enter(bob.token)];
    expect([a.userId, b.userId]).toEqual([alice.id, bob.id]);
    const heard: unknown[] = [];
    b.on('typing', (event) => heard.push(event));
    a.on('read_receipt', ({ userId, seq }) => heard.push({ userId, seq }));
    a.on('member_joined', ({ username, role }) => heard.push({ username, role }));
    const messages = b.messages(roomId);
    const snapshot = await b.join({ roomId });
    expect(snapshot.room).toMatchObject({ id: roomId, name: 'general', role: 'member' });
    await until('the joining is heard', () => heard.length === 1);
    a.setTyping(roomId);
    a.setTyping(roomId);
    await until('the typing is heard', () => heard.length === 2);
    const outcome = await a.send(roomId, ' hello ').settled;
    expect(outcome).toMatchObject({ ok: true, data: { seq: snapshot.headSeq + 1, deduplicated: false } });
    const { value } = await messages.next();
    expect(value).toMatchObject({ content: 'hello', userId: alice.id, seq: snapshot.headSeq + 1 });
    b.markRead(roomId, snapshot.headSeq + 1);
    await until('the receipt is heard', () => heard.length === 4);
    expect(heard).toEqual([
      { username: bob.username, role: 'member' },
      { roomId, userId: alice.id, isTyping: true },
      { roomId, userId: alice.id, isTyping: false },
      { userId: bob.id, seq: snapshot.headSeq + 1 },
    ]);
    expect(await b.rooms()).toMatchObject([{ id: roomId, unreadCount: 0 }]);
    const page = await b.request('get /api/rooms/{roomId}/messages', { params: { roomId }, query: { limit: 1 } });
    expect(page.messages).toMatchObject([{ content: 'hello' }]);
    b.close();
    expect(await messages.next()).toEqual({ value: undefined, done: true });
  });

  it('loses nothing, doubles nothing and keeps the order while connections are cut in the middle', async () => {
    const [alice, bob] = [await someone('alice'), await someone('bob')];
    const roomId = await alice.createRoom();
    await bob.join(roomId);
    const [a, b] = [await enter(alice.token, { url: unstable() }), await enter(bob.token, { url: unstable() })];
    const [toldA, toldB] = [log(a, roomId), log(b, roomId)];
    await until('both are live', () => a.state === 'live' && b.state === 'live');
    const sends = { a: [] as string[], b: [] as string[] };
    const outcomes: Promise<{ readonly ok: boolean }>[] = [];
    for (let round = 0; round < 8; round += 1) {
      for (let count = 0; count < 25; count += 1) {
        const text = `${round}/${count}`;
        sends.a.push(`a ${text}`);
        sends.b.push(`b ${text}`);
        outcomes.push(a.send(roomId, `a ${text}`).settled, b.send(roomId, `b ${text}`).settled);
      }
      await new Promise((resolve) => setTimeout(resolve, 15));
      proxy.cut();
      await until('both have noticed', () => a.state !== 'live' && b.state !== 'live');
      proxy.heal();
      a.reconnect();
      b.reconnect();
    }
    expect((await Promise.all(outcomes)).filter(({ ok }) => !ok)).toEqual([]);
    const head = 3 + 400;
    await until('both have heard all', () => toldA.at(-1)?.seq === head && toldB.at(-1)?.seq === head);
    for (const told of [toldA, toldB]) {
      expect(seqs(told)).toEqual(from(4, head));
      for (const entry of told) LogEvent.parse(entry);
      const contents = told.flatMap((entry) => (entry.type === 'message' ? [entry.content] : []));
      expect(contents.filter((content) => content.startsWith('a'))).toEqual(sends.a);
      expect(contents.filter((content) => content.startsWith('b'))).toEqual(sends.b);
    }
    expect(a.pending).toEqual([]);
  });

  it('gives up a connection that is open and silent, and finds what it missed', async () => {
    const [alice, bob] = [await someone('alice'), await someone('bob')];
    const roomId = await alice.createRoom();
    await bob.join(roomId);
    const b = await enter(bob.token, { url: unstable(), ackTimeoutMs: 200 });
    const told = log(b, roomId);
    await until('it is live', () => b.state === 'live');
    proxy.swallow();
    const { settled } = b.send(roomId, 'into the void');
    await alice.call('POST', `/api/rooms/${roomId}/messages`, { content: 'missed' });
    await until('it has noticed', () => b.state !== 'live');
    proxy.heal();
    b.reconnect();
    expect(await settled).toMatchObject({ ok: true, data: { seq: 5 } });
    await until('it has heard both', () => told.length === 2);
    expect(told).toMatchObject([{ content: 'missed' }, { content: 'into the void' }]);
  });

  it('goes on from the positions of an earlier client, over many pages, and sends what that one left', async () => {
    const [alice, bob] = [await someone('alice'), await someone('bob')];
    const roomId = await alice.createRoom();
    await bob.join(roomId);
    const kept = new Map<string, string>();
    const storage = {
      get: async (key: string) => kept.get(key),
      set: async (key: string, value: string) => void kept.set(key, value),
      remove: async (key: string) => void kept.delete(key),
    };
    const first = await enter(bob.token, { url: unstable(), storage });
    await until('it is live', () => first.state === 'live');
    proxy.cut();
    await until('it has noticed', () => first.state !== 'live');
    const left = [first.send(roomId, 'one'), first.send(roomId, 'two')];
    const positions = first.positions;
    await until('both are kept', () => [...kept.values()].join().includes('two'));
    first.close();
    expect(await left[1]?.settled).toMatchObject({ ok: false, error: { code: 'CLOSED' } });
    expect(kept.size).toBe(1);
    proxy.heal();
    for (let count = 0; count < 1_100; count += 100) {
      await Promise.all(
        from(1, 100).map(() => alice.call('POST', `/api/rooms/${roomId}/messages`, { content: 'meanwhile' })),
      );
    }
    const second = await enter(bob.token, { storage, positions });
    const told = log(second, roomId);
    await until('everything was told', () => told.at(-1)?.seq === 3 + 1_100 + 2);
    expect(seqs(told)).toEqual(from(4, 3 + 1_100 + 2));
    const own = told.filter((entry) => entry.type === 'message' && entry.userId === bob.id);
    expect(own).toMatchObject([{ content: 'one' }, { content: 'two' }]);
    expect(own.map((entry) => entry.type === 'message' && entry.clientMessageId)).toEqual(
      left.map(({ clientMessageId }) => clientMessageId),
    );
    await until('nothing is kept', () => kept.size === 0);
  });

  it('tells that a room is gone, live and after an absence, and that another device has entered one', async () => {
    const [alice, bob] = [await someone('alice'), await someone('bob')];
    const [roomId, otherId] = [await alice.createRoom(), await alice.createRoom()];
    await bob.join(roomId);
    await bob.join(otherId);
    const b = await enter(bob.token, { url: unstable() });
    const gone: unknown[] = [];
    b.on('gone', ({ roomId, event }) => gone.push([roomId, event?.type ?? null]));
    const entered: string[] = [];
    b.on('entered', ({ roomId }) => entered.push(roomId));
    await until('it is live', () => b.state === 'live');
    expect(entered.sort()).toEqual([roomId, otherId].sort());
    await alice.call('POST', `/api/rooms/${roomId}/bans/${bob.id}`, { reason: 'noise' });
    await until('the ban is heard', () => gone.length === 1);
    proxy.cut();
    await until('it has noticed', () => b.state !== 'live');
    await alice.call('DELETE', `/api/rooms/${otherId}/members/${bob.id}`);
    proxy.heal();
    b.reconnect();
    await until('the removal is found', () => gone.length === 2);
    expect(gone).toEqual([
      [roomId, 'member_banned'],
      [otherId, null],
    ]);
    await expect(b.join({ roomId })).rejects.toMatchObject({ code: 'BANNED' });
    const thirdId = await alice.createRoom();
    await bob.join(thirdId);
    await until('the joining is heard', () => entered.includes(thirdId));
    await b.leave(thirdId);
    expect(gone.at(-1)).toEqual([thirdId, 'member_left']);
    expect(b.positions.size).toBe(0);
  });

  it('comes in again with a newer token, live and after its connection was refused', async () => {
    const short = await startServer({ JWT_EXPIRES_IN: '3s' });
    const alice = await Person.register(short.url, 'alice');
    const whys: string[] = [];
    const token = async (why: string) => {
      whys.push(why);
      if (why === 'first') return alice.token;
      const { body } = await alice.call('POST', '/api/auth/refresh', { refreshToken: alice.refreshToken });
      alice.refreshToken = (body as { refreshToken: string }).refreshToken;
      return (body as { token: string }).token;
    };
    const a = await enter(token, { url: short.url });
    const roomId = await alice.createRoom();
    const told = log(a, roomId);
    await until('it was refused', () => whys.includes('refused'));
    await until('it is live again', () => a.state === 'live');
    expect(await a.send(roomId, 'still here').settled).toMatchObject({ ok: true });
    expect(whys.slice(0, 3)).toEqual(['first', 'expiring', 'refused']);
    await until('it was heard', () => told.length === 1);
    await expect(enter('not a token', { url: short.url })).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await expect(enter(() => 'not a token', { url: short.url })).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(await short.stop()).toBe(true);
  });

  it('comes in where WebSocket is not let through, and comes to rest when the server goes and it is closed', async () => {
    const polling = await startServer({ SOCKET_TRANSPORTS: 'polling' });
    const alice = await Person.register(polling.url, 'alice');
    const roomId = await alice.createRoom();
    const a = await enter(alice.token, { url: polling.url });
    expect(await a.send(roomId, 'by polling').settled).toMatchObject({ ok: true });
    expect(await polling.stop()).toBe(true);
    await until('it has noticed', () => a.state === 'offline');
    const { settled } = a.send(roomId, 'too late');
    expect(a.pending).toMatchObject([{ content: 'too late' }]);
    a.close();
    expect(await settled).toMatchObject({ ok: false, error: { code: 'CLOSED' } });
    expect(a.state).toBe('closed');
  });
});
