import { describe, expect, it } from 'vitest';
import { contract, type Contract } from '../../src/contract/contract.ts';
import { call } from '../support/harness/http.ts';
import { Person, settled, type Device } from '../support/harness/person.ts';
import { until, useSite, type Start } from '../support/harness/site.ts';

/** All but the one that is for everybody: it has a test of its own. */
type ServerEvent = Exclude<keyof Contract['serverEvents'], 'draining'>;

const EVENTS = Object.keys(contract.serverEvents).filter((event) => event !== 'draining') as ServerEvent[];

interface Scene {
  readonly url: string;
  readonly roomId: string;
  readonly alice: Person;
  readonly bob: Person;
  readonly a: Device;
  readonly b: Device;
}

/** Lets an event happen and resolves when a member has heard it. An event of the contract without one fails. */
const EXERCISES: Record<ServerEvent, (scene: Scene) => Promise<unknown>> = {
  receive_message: async ({ a, b, roomId }) => {
    const { data } = await a.ask('send_message', { roomId, content: 'among us' });
    await b.hears('receive_message', ({ id }) => id === data.id);
  },
  room_event: async ({ url, a, alice, roomId }) => {
    const carol = await Person.register(url, 'carol');
    await carol.join(roomId);
    await a.hears('room_event', ({ type, userId }) => type === 'member_joined' && userId === carol.id);
    await alice.call('PATCH', `/api/rooms/${roomId}/members/${carol.id}`, { role: 'admin' });
    await alice.call('POST', `/api/rooms/${roomId}/mutes/${carol.id}`, {});
    await alice.call('PATCH', `/api/rooms/${roomId}`, { slowModeSeconds: 1 });
    await carol.call('DELETE', `/api/rooms/${roomId}/members/me`);
    await a.hears('room_event', ({ type, userId }) => type === 'member_left' && userId === carol.id);
  },
  user_status: async ({ a, bob }) => {
    for (const device of bob.devices) device.close();
    await a.hears('user_status', ({ userId, online }) => userId === bob.id && !online);
    await bob.connect();
    await until('he is back', () => a.all('user_status').at(-1)?.online === true);
  },
  read_receipt: async ({ a, b, bob, roomId }) => {
    const { data } = await a.ask('send_message', { roomId, content: 'read me' });
    await b.ask('read_receipt', { messageId: data.id });
    await a.hears('read_receipt', ({ userId, seq }) => userId === bob.id && seq === data.seq);
  },
  delivery_receipt: async ({ a, b, bob, roomId }) => {
    const { data } = await a.ask('send_message', { roomId, content: 'take me' });
    await b.ask('delivery_receipt', { roomId, seq: data.seq });
    await a.hears('delivery_receipt', ({ userId, seq }) => userId === bob.id && seq === data.seq);
  },
  typing: async ({ a, b, bob, roomId }) => {
    for (const isTyping of [true, false]) {
      await b.ask('typing', { roomId, isTyping });
      await a.hears('typing', (heard) => heard.userId === bob.id && heard.isTyping === isTyping);
    }
  },
  session_expiring: async ({ url, b, bob }) => {
    const { body } = await call(url, 'POST', '/api/auth/refresh', { body: { refreshToken: bob.refreshToken } });
    const before = b.all('session_expiring').length;
    await b.ask('authenticate', { token: body.token });
    await until('he is told again', () => b.all('session_expiring').length > before);
  },
  error: async ({ b, roomId }) => {
    b.socket.emit('send_message', { roomId, content: '' });
    await b.hears('error', ({ event }) => event === 'send_message');
  },
};

/** Who is not, or no longer, in a room hears nothing of what happens there, for every event that the server has. */
export function silenceSuite(database: string, start: Start): void {
  describe(`who is not in a room, on ${database}`, () => {
    // So short that a token is about to end from the beginning.
    const site = useSite(start, { JWT_EXPIRES_IN: '50s' });

    it.each(EVENTS)('hears nothing of %s', async (event) => {
      const { roomId, people } = await site.room('alice', 'bob', 'former', 'kicked', 'banned');
      const [alice, bob, former, kicked, banned] = people as [Person, Person, Person, Person, Person];
      const stranger = await site.someone('stranger');
      await stranger.createRoom();
      const [a, b] = [await alice.connect(), await bob.connect()];
      const outside = [
        await former.connect(),
        await former.connect({ transports: ['websocket'] }),
        await kicked.connect(),
        await banned.connect({ transports: ['websocket'] }),
        await stranger.connect(),
        await stranger.connect({ transports: ['polling'] }),
      ];
      expect(await outside[0]?.ask('leave_room', { roomId })).toMatchObject({ ok: true });
      await alice.call('DELETE', `/api/rooms/${roomId}/members/${kicked.id}`);
      await alice.call('POST', `/api/rooms/${roomId}/bans/${banned.id}`, {});
      // They are told of the end; polling, that may take a moment.
      const ends = ['member_left', 'member_left', 'member_removed', 'member_banned'];
      for (const [index, end] of ends.entries()) {
        await outside[index]?.hears('room_event', ({ type }) => type === end);
      }
      for (const device of outside) await device.hears('session_expiring');
      // To watch somebody is not to share a room with them.
      for (const device of outside) await device.ask('watch_presence', { userIds: [alice.id, bob.id] });
      await settled(...outside);
      for (const device of outside) device.heard.length = 0;
      const exercise: ((scene: Scene) => Promise<unknown>) | undefined = EXERCISES[event];
      expect(exercise, `${event} is exercised`).toBeDefined();
      await exercise({ url: site.url, roomId, alice, bob, a, b });
      await settled(...outside);
      for (const device of outside) expect(device.heard).toEqual([]);
    });

    it('hears, from the moment of leaving on, nothing of a room that goes on talking', async () => {
      const { roomId, people } = await site.room('alice', 'bob', 'leaver');
      const [alice, bob, leaver] = people as [Person, Person, Person];
      const talking = [await alice.connect(), await bob.connect({ transports: ['websocket'] })];
      const phone = await leaver.connect({ transports: ['websocket'] });
      const devices = [phone, await leaver.connect()];
      let going = true;
      const flood = talking.map(async (device) => {
        while (going) {
          const batch = Array.from({ length: 5 }, () => device.ask('send_message', { roomId, content: 'and then' }));
          await Promise.all(batch);
        }
      });
      await phone.hears('receive_message');
      expect((await leaver.call('DELETE', `/api/rooms/${roomId}/members/me`)).status).toBe(204);
      const { seq: leftSeq } = await phone.hears('room_event', ({ type }) => type === 'member_left');
      await talking[0]?.hears('receive_message', ({ seq }) => seq > leftSeq + 50);
      going = false;
      await Promise.all(flood);
      await settled(...devices);
      for (const device of devices) {
        const last = device.heard.filter(({ payload }) => payload.roomId === roomId).at(-1);
        expect(last).toMatchObject({ event: 'room_event', payload: { type: 'member_left', seq: leftSeq } });
        for (const { seq } of device.all('receive_message')) expect(seq).toBeLessThan(leftSeq);
      }
    });
  });

  describe(`a node that goes, on ${database}`, () => {
    it('tells everybody when to come back, and nothing else', async () => {
      const server = await start();
      const [alice, bob] = [await Person.register(server.url, 'alice'), await Person.register(server.url, 'bob')];
      await alice.createRoom();
      const devices = [await alice.connect({ reconnection: false }), await bob.connect({ reconnection: false })];
      await settled(...devices);
      const heard = devices.map((device) => device.hears('draining'));
      const stopped = server.stop();
      for (const payload of await Promise.all(heard)) {
        expect(payload).toEqual({ reconnectAfterMs: expect.any(Number) as number });
      }
      expect(await stopped).toBe(true);
    });
  });
}
