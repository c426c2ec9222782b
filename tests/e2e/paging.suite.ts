import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Person } from '../support/harness/person.ts';
import type { TestServer } from '../support/harness/server.ts';

interface Message {
  readonly id: string;
  readonly seq: number;
  readonly content: string;
}

/** History, read in pages while others write. */
export function pagingSuite(database: string, start: () => Promise<TestServer>): void {
  describe(`history in pages, on ${database}`, () => {
    let server: TestServer;
    let alice: Person;
    let roomId: string;
    const sent: Message[] = [];
    const say = async (content: string) => {
      const { status, body } = await alice.call('POST', `/api/rooms/${roomId}/messages`, { content });
      expect(status).toBe(201);
      sent.push(body.message);
    };
    const page = async (query: string) => {
      const { status, body } = await alice.call('GET', `/api/rooms/${roomId}/messages?${query}`);
      expect({ status, query, code: body.code }).toEqual({ status: 200, query, code: undefined });
      return body as { messages: Message[]; hasMore: boolean; nextCursor: string | null };
    };
    beforeAll(async () => {
      server = await start();
      alice = await Person.register(server.url, 'alice');
      roomId = await alice.createRoom();
      for (let batch = 0; batch < 25; batch += 1) {
        await Promise.all(Array.from({ length: 10 }, (_, index) => say(`message ${batch * 10 + index}`)));
      }
      sent.sort((a, b) => a.seq - b.seq);
    });
    afterAll(() => server.stop());

    it('starts with the newest page, ascending', async () => {
      const { messages, hasMore } = await page('limit=20');
      expect(messages).toEqual(sent.slice(-20));
      expect(hasMore).toBe(true);
    });

    it.each([7, 20, 100])('walks back over 250 messages in pages of %i without a gap or a repeat', async (limit) => {
      const before = sent.at(-1)?.seq ?? 0;
      let writing = true;
      const others = (async () => {
        for (let count = 0; writing; count += 1) await say(`meanwhile ${limit} ${count}`);
      })();
      const read: Message[] = [];
      for (let cursor: string | null = null; ;) {
        const next = await page(`limit=${limit}${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`);
        const seqs = next.messages.map(({ seq }) => seq);
        expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
        read.unshift(...next.messages);
        cursor = next.nextCursor;
        expect(next.hasMore).toBe(cursor !== null);
        if (cursor === null) break;
      }
      writing = false;
      await others;
      sent.sort((a, b) => a.seq - b.seq);
      const newest = read.at(-1)?.seq ?? 0;
      expect(newest).toBeGreaterThanOrEqual(before);
      expect(read).toEqual(sent.filter(({ seq }) => seq <= newest));
    });

    it('walks forward from any place, exclusive of it', async () => {
      const from = sent[100]?.seq ?? 0;
      const read: Message[] = [];
      let next = await page(`limit=50&after=${from}`);
      for (;;) {
        read.push(...next.messages);
        if (next.nextCursor === null) break;
        next = await page(`limit=50&cursor=${encodeURIComponent(next.nextCursor)}`);
      }
      expect(read).toEqual(sent.filter(({ seq }) => seq > from));
      const older = await page(`limit=10&before=${from}`);
      expect(older.messages).toEqual(sent.filter(({ seq }) => seq < from).slice(-10));
    });

    it.each([
      'limit=0',
      'limit=101',
      'limit=ten',
      'before=-1',
      'before=1&after=2',
      'cursor=nonsense',
      'cursor=o1&before=3',
      'unknown=1',
      'limit=5&limit=6',
    ])('refuses %s', async (query) => {
      const { status, body } = await alice.call('GET', `/api/rooms/${roomId}/messages?${query}`);
      expect({ status, code: body.code }).toEqual({ status: 400, code: 'VALIDATION_FAILED' });
    });
  });
}
