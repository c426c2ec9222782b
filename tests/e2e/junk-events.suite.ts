import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { contract, type ClientEvent, type Contract } from '../../src/contract/contract.ts';
import { ackOf, type WireErrorCode } from '../../src/contract/schemas/common.ts';
import { call } from '../support/harness/http.ts';
import { anyJson, JUNK, withJunk } from '../support/harness/junk.ts';
import type { Person, Reply } from '../support/harness/person.ts';
import { RawSocket } from '../support/harness/raw-socket.ts';
import { until, useSite, type Start } from '../support/harness/site.ts';

type EventName = keyof Contract['clientEvents'];

const EVENTS = Object.keys(contract.clientEvents) as EventName[];
const ALWAYS: readonly WireErrorCode[] = ['VALIDATION_FAILED', 'UNAUTHENTICATED', 'TOKEN_EXPIRED', 'OVERLOADED'];
const INSIDES = /\n\s+at |node_modules|\.ts:\d|SELECT |INSERT |UPDATE |[Ss]equelize|SQLITE|\bER_[A-Z]{3}|Illegal mix/;

/** Whatever a socket sends is answered as the contract says, and neither the process nor anybody else minds. */
export function junkEventsSuite(database: string, start: Start): void {
  describe(`junk over a socket, on ${database}`, () => {
    const site = useSite(start);
    let alice: Person;
    let roomId: string;
    let raw: RawSocket;
    beforeEach(async () => {
      alice = await site.someone('alice');
      roomId = await alice.createRoom();
      raw = await RawSocket.connect(site.url, alice.token);
      return () => raw.close();
    });

    const samples = (): Record<EventName, object> => ({
      join_room: { roomId, inviteCode: 'a-code' },
      leave_room: { roomId },
      send_message: { roomId, content: 'hello', clientMessageId: 'c-1' },
      typing: { roomId, isTyping: true },
      watch_presence: { userIds: [roomId] },
      read_receipt: { roomId, seq: 1 },
      delivery_receipt: { roomId, seq: 1 },
      sync: { rooms: [{ roomId, afterSeq: 0 }], limit: 10 },
      authenticate: { token: alice.token },
    });

    /** It answers, in the shape and with a code that the contract names. */
    const ask = async (event: EventName, ...args: string[]): Promise<Reply> => {
      const reply = await raw.ask(event, ...args);
      const { reply: data, errors }: ClientEvent = contract.clientEvents[event];
      expect(ackOf(data).safeParse(reply).error, `${event} ${args.join().slice(0, 200)}`).toBeUndefined();
      if (!reply.ok) expect([...ALWAYS, ...errors], args.join().slice(0, 200)).toContain(reply.error?.code);
      expect(JSON.stringify(reply)).not.toMatch(INSIDES);
      return reply;
    };

    const stillServes = async () => {
      expect(await call(site.url, 'GET', '/health')).toMatchObject({ status: 200, body: { ok: true } });
      const { roomId: calmRoomId, people } = await site.room('bob', 'carol');
      const [b, c] = await Promise.all(people.map((person) => person.connect()));
      const sent = await b?.ask('send_message', { roomId: calmRoomId, content: 'still here' });
      await c?.hears('receive_message', (message) => message.id === sent?.data.id);
      expect({}).not.toHaveProperty('isAdmin');
    };

    it.each(EVENTS)('is refused in place of the payload of %s', async (event) => {
      expect(await ask(event)).toMatchObject(
        event === 'sync' ? { ok: false } : { error: { code: 'VALIDATION_FAILED' } },
      );
      for (const junk of JUNK) {
        if (event === 'sync' && (junk === '{}' || junk.startsWith('{"__proto__"'))) continue;
        expect(await ask(event, junk), junk.slice(0, 100)).toMatchObject({ error: { code: 'VALIDATION_FAILED' } });
      }
      await stillServes();
    });

    it.each(EVENTS)('is answered in any field of %s', async (event) => {
      const sample = samples()[event];
      for (const junk of JUNK) {
        const replies = [...withJunk(sample, junk)]
          .filter((json) => json.length < 65_000)
          .map((json) => ask(event, json));
        await Promise.all(replies);
      }
      await alice.join(roomId).catch(() => undefined);
      await stillServes();
    });

    it.each(EVENTS)('is answered, whatever it is, by %s', async (event) => {
      const sample = samples()[event];
      await fc.assert(
        fc.asyncProperty(anyJson(), fc.boolean(), async (json, inside) => {
          for (const payload of inside ? withJunk(sample, json) : [json]) {
            if (payload.length < 65_000) await ask(event, payload);
          }
        }),
        { numRuns: 60 },
      );
      await stillServes();
    });

    it.each(EVENTS)('does no harm beside a good payload of %s', async (event) => {
      const good = JSON.stringify(samples()[event]);
      await ask(event, good, ...Array.from({ length: 200 }, (_, index) => String(index)));
      await ask(event, good, ...JUNK.filter((junk) => junk.length < 100));
      await stillServes();
    });

    it.each(EVENTS)('of %s without an ack function is answered with the error event', async (event) => {
      raw.tell(event);
      const junk = JUNK.filter((json) => !/^\{("__proto__".*)?\}$/.test(json));
      for (const json of junk) raw.tell(event, json, '"no function"');
      await until('every one is answered', () => raw.events.length > junk.length);
      for (const heard of raw.events) {
        expect(heard).toMatchObject({ event: 'error', payload: { event, code: 'VALIDATION_FAILED' } });
        expect(contract.serverEvents.error.payload.safeParse(heard.payload).error).toBeUndefined();
      }
      await stillServes();
    });

    it('in the ids of acks and in repeated ones changes nothing', async () => {
      const payload = JSON.stringify(samples().typing);
      for (const id of ['0', '00', '7', '7', '7', '99999999999999999999', '1e3', '-1', '1.5']) {
        raw.send(`42${id}["typing",${payload}]`);
      }
      for (const answer of ['431[]', '4399["x"]', '43[]', '439999999999999999[{}]']) raw.send(answer);
      await stillServes();
    });

    it('under the name of an event that nobody declared is answered, and never fatal', async () => {
      const names = [
        'error',
        'connection',
        'message',
        'no_such_event',
        '__proto__',
        'toString',
        '',
        'x'.repeat(10_000),
      ];
      for (const name of names) {
        expect(await raw.ask(name, '{}'), name.slice(0, 20)).toMatchObject({ error: { code: 'VALIDATION_FAILED' } });
        raw.tell(name, '{}', '"no function"');
      }
      await until('every one is answered', () => raw.events.length >= names.length);
      for (const [index, { event, payload }] of raw.events.entries()) {
        expect(event).toBe('error');
        expect(payload).toMatchObject({ event: names[index]?.slice(0, 64), code: 'VALIDATION_FAILED' });
      }
      // These belong to Socket.IO itself, which closes a connection that sends one.
      for (const name of ['connect', 'disconnect', 'disconnecting', 'newListener', 'removeListener']) {
        const socket = await RawSocket.connect(site.url, alice.token);
        socket.send(`421[${JSON.stringify(name)},{}]`);
        await socket.closed();
      }
      await stillServes();
    });

    it.each([
      ...[
        '',
        '4',
        '42',
        '42[',
        '42[]',
        '42[null]',
        '42[{}]',
        '42[1,2]',
        '42{"a":1}',
        '42"x"',
        '4',
        '40',
        '41',
        '44',
        '45',
      ],
      ...['0', '1', '2probe', '3', '5', '6', '9', 'x', '42/nowhere,["typing"]', '40/nowhere,{}', '451-["typing"]'],
      ...[
        '451-["typing",{"_placeholder":true,"num":9}]',
        '4599999-["typing"]',
        '45-["typing"]',
        '42[9]',
        '42["typing"',
      ],
      `42${'9'.repeat(400)}["typing",{}]`,
      `42["typing",${'['.repeat(30_000)}${']'.repeat(30_000)}]`,
      `451-["typing",${'['.repeat(20_000)}{"_placeholder":true,"num":0}${']'.repeat(20_000)}]`,
      'x'.repeat(100_000),
    ])('as the frame %.30s costs at most the connection that sent it', async (frame) => {
      raw.send(frame);
      raw.send(Buffer.from([0, 255, 1, 2, 3]));
      raw.send(Buffer.alloc(0));
      await stillServes();
    });

    it('in binary is refused like any other', async () => {
      raw.send('451-["send_message",{"_placeholder":true,"num":0}]');
      raw.send(Buffer.from('{"roomId":1}'));
      await until('it is answered', () => raw.events.length > 0);
      expect(raw.events[0]).toMatchObject({ event: 'error', payload: { code: 'VALIDATION_FAILED' } });
      raw.send(`451-["send_message",{"roomId":"${roomId}","content":{"_placeholder":true,"num":0}}]`);
      raw.send(Buffer.from('content'));
      await until('it is answered', () => raw.events.length > 1);
      expect(raw.events[1]).toMatchObject({ event: 'error', payload: { code: 'VALIDATION_FAILED' } });
      await stillServes();
    });
  });
}
