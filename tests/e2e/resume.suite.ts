import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Person, settled } from '../support/harness/person.ts';
import type { TestServer } from '../support/harness/server.ts';

interface Entry {
  readonly seq: number;
  readonly type: string;
}

/** Order on live sockets, and catching up after an absence. */
export function resumeSuite(database: string, start: () => Promise<TestServer>): void {
  describe(`order and resume, on ${database}`, () => {
    let server: TestServer;
    const people: Person[] = [];
    const someone = async (name: string) => {
      const person = await Person.register(server.url, name);
      people.push(person);
      return person;
    };
    beforeAll(async () => {
      server = await start();
    });
    afterAll(async () => {
      for (const person of people) person.close();
      await server.stop();
    });

    it('gives every socket the same gapless ascending log, whatever the number of parallel senders', async () => {
      const senders = await Promise.all(Array.from({ length: 8 }, (_, index) => someone(`sender${index}`)));
      const [first] = senders as [Person];
      const roomId = await first.createRoom();
      for (const sender of senders.slice(1)) await sender.join(roomId);
      const transports = [['websocket'], ['polling'], ['polling', 'websocket']];
      const devices = await Promise.all(
        senders.map((sender, index) => sender.connect({ transports: transports[index % 3] as string[] })),
      );
      const joinedAt = 9;
      const acks = await Promise.all(
        devices.flatMap((device, sender) =>
          Array.from({ length: 40 }, (_, index) =>
            device.ask('send_message', {
              roomId,
              content: `${sender}/${index}`,
              clientMessageId: `${sender}-${index}`,
            }),
          ),
        ),
      );
      expect(acks.every(({ ok }) => ok)).toBe(true);
      const expected = Array.from({ length: 320 }, (_, index) => joinedAt + 1 + index);
      expect(acks.map(({ data }) => data.seq).sort((a, b) => a - b)).toEqual(expected);
      // What one device sends in order stands in order.
      for (let sender = 0; sender < 8; sender += 1) {
        const own = acks.slice(sender * 40, sender * 40 + 40).map(({ data }) => data.seq);
        expect(own).toEqual([...own].sort((a, b) => a - b));
      }
      await Promise.all(devices.map((device) => device.hears('receive_message', ({ seq }) => seq === expected.at(-1))));
      for (const device of devices) {
        expect(device.all('receive_message').map(({ seq }) => seq)).toEqual(expected);
      }
    });

    it('catches up in pages, from any place, until it says complete', async () => {
      const [alice, bob] = [await someone('alice'), await someone('bob')];
      const [roomId, quietId] = [await alice.createRoom(), await alice.createRoom()];
      await bob.join(roomId);
      await bob.join(quietId);
      const [a, b] = [await alice.connect(), await bob.connect()];
      const count = 1_200;
      for (let sent = 0; sent < count; sent += 200) {
        await Promise.all(
          Array.from({ length: 200 }, (_, index) => a.ask('send_message', { roomId, content: `${sent + index}` })),
        );
      }
      const headSeq = count + 3;
      const read: Entry[] = [];
      for (let rounds = 0; ; rounds += 1) {
        const { data } = await b.ask('sync', { rooms: [{ roomId, afterSeq: read.length }], limit: 500 });
        const page = data.rooms.find((room: { roomId: string }) => room.roomId === roomId);
        const quiet = data.rooms.find((room: { roomId: string }) => room.roomId === quietId);
        expect(quiet).toEqual({ roomId: quietId, events: [], headSeq: 3, complete: false });
        expect(page.headSeq).toBe(headSeq);
        expect(page.events.length).toBeLessThanOrEqual(500);
        read.push(...page.events);
        expect(data.complete).toBe(page.complete);
        if (page.complete) break;
        expect(rounds).toBeLessThan(10);
      }
      expect(read.map(({ seq }) => seq)).toEqual(Array.from({ length: headSeq }, (_, index) => index + 1));
      expect(read.slice(0, 3).map(({ type }) => type)).toEqual(['room_created', 'member_joined', 'member_joined']);
      const rest = await bob.call('GET', `/api/rooms/${roomId}/events?afterSeq=${headSeq - 5}&limit=3`);
      expect(rest.body).toEqual({ roomId, events: read.slice(-5, -2), headSeq, complete: false });
      const unknown = '01890000-0000-7000-8000-00000000dead';
      const both = await bob.call('POST', '/api/sync', { rooms: [{ roomId: unknown, afterSeq: 0 }] });
      expect(both.body.gone).toEqual([unknown]);
    });

    it('joins what a snapshot shows and what is heard afterwards without a gap', async () => {
      const [alice, bob] = [await someone('alice'), await someone('bob')];
      const roomId = await alice.createRoom();
      const [a, b] = [await alice.connect(), await bob.connect()];
      let sending = true;
      const flood = (async () => {
        for (let count = 0; sending; count += 1) await a.ask('send_message', { roomId, content: `${count}` });
      })();
      const { data } = await b.ask('join_room', { roomId });
      await b.hears('receive_message', ({ seq }) => seq > data.headSeq + 10);
      sending = false;
      await flood;
      await settled(a, b);
      expect(data.members.map((member: { userId: string }) => member.userId).sort()).toEqual([alice.id, bob.id].sort());
      const heard = b.heard.flatMap(({ event, payload }) =>
        event === 'receive_message' || event === 'room_event' ? [payload.seq as number] : [],
      );
      const { headSeq } = (await bob.call('GET', `/api/rooms/${roomId}/events?afterSeq=0&limit=1`)).body;
      const later = heard.filter((seq) => seq > data.headSeq);
      expect(later).toEqual(Array.from({ length: headSeq - data.headSeq }, (_, index) => data.headSeq + 1 + index));
    });

    it('tells who has a message, and counts as unread again what was marked so', async () => {
      const [alice, bob, carol] = [await someone('alice'), await someone('bob'), await someone('carol')];
      const roomId = await alice.createRoom();
      await bob.join(roomId);
      await carol.join(roomId);
      const { message } = (await alice.call('POST', `/api/rooms/${roomId}/messages`, { content: 'who?' })).body;
      await bob.call('POST', `/api/rooms/${roomId}/receipts`, { readSeq: message.seq });
      await carol.call('POST', `/api/rooms/${roomId}/receipts`, { deliveredSeq: message.seq });
      const { body } = await alice.call('GET', `/api/rooms/${roomId}/messages/${message.id}/receipts`);
      const expected = [
        { userId: bob.id, delivered: true, read: true },
        { userId: carol.id, delivered: true, read: false },
      ].sort((one, other) => (one.userId < other.userId ? -1 : 1));
      expect(body).toEqual({
        messageId: message.id,
        seq: message.seq,
        receipts: expected,
        hasMore: false,
        nextCursor: null,
      });
      const unread = async () => (await bob.call('GET', '/api/rooms/mine')).body.rooms[0].unreadCount;
      expect(await unread()).toBe(0);
      expect((await bob.call('POST', `/api/rooms/${roomId}/unread`, { fromSeq: message.seq })).status).toBe(204);
      expect(await unread()).toBe(1);
      await bob.call('POST', `/api/rooms/${roomId}/receipts`, { readSeq: message.seq });
      expect(await unread()).toBe(0);
    });
  });
}
