import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { attacks } from '../unit/adapters/system/forge-jwt.ts';
import { externalForgeries } from '../support/harness/forge-external.ts';
import { aSigningKey, Issuer } from '../support/harness/issuer.ts';
import { RawSocket } from '../support/harness/raw-socket.ts';
import { Person } from '../support/harness/person.ts';
import { rawCall } from '../support/harness/raw-http.ts';
import type { TestServer } from '../support/harness/server.ts';
import type { Start } from '../support/harness/site.ts';

const REFUSED = ['UNAUTHENTICATED', 'TOKEN_EXPIRED'];

/** Every forged token at every door: a request, a handshake and a live socket. */
export function tokenAttacksSuite(database: string, start: Start): void {
  describe(`a forged token, on ${database}`, () => {
    let server: TestServer, issuer: Issuer, good: string;
    let forgeries: readonly (readonly [string, string])[] = [];
    let alice: Person, live: RawSocket;
    beforeAll(async () => {
      const [key, stranger] = [await aSigningKey('one'), await aSigningKey('one')];
      issuer = await Issuer.start(key);
      server = await start({ ...issuer.env, EXTERNAL_ALGORITHMS: 'ES256' });
      const external = await externalForgeries(issuer, key, stranger);
      good = external.good;
      forgeries = [...external.forgeries, ...attacks()];
      alice = await Person.register(server.url, 'alice');
      live = await RawSocket.connect(server.url, alice.token);
    });
    afterAll(async () => {
      await live.close();
      expect(await server.stop()).toBe(true);
      await issuer.stop();
    });

    const overHttp = async (token: string) => {
      const { status, text } = await rawCall(server.url, 'GET', '/api/users/me', {
        headers: { authorization: `Bearer ${token}` },
      });
      return status === 200 ? 'accepted' : text ? (JSON.parse(text) as { code: string }).code : String(status);
    };
    /** What a plain client is told instead of being let in. */
    const handshake = async (token: string) => {
      const socket = new WebSocket(`${server.url.replace(/^http/, 'ws')}/socket.io/?EIO=4&transport=websocket`);
      socket.on('error', () => undefined);
      await once(socket, 'open');
      const answer = new Promise<string>((resolve) => {
        socket.on('message', (data: Buffer) => {
          if (data.toString().startsWith('4')) resolve(data.toString());
        });
        socket.on('close', () => resolve('closed'));
      });
      socket.send(`40${JSON.stringify({ token })}`);
      const told = await answer;
      socket.close();
      if (told.startsWith('40')) return 'accepted';
      return told === 'closed' ? told : (JSON.parse(told.slice(2)) as { data: { code: string } }).data.code;
    };

    it('is made from one that all doors take', async () => {
      expect([await overHttp(good), await handshake(good)]).toEqual(['accepted', 'accepted']);
      expect(forgeries.length).toBeGreaterThan(180);
    });

    it('is refused by requests', async () => {
      for (const [name, token] of forgeries) {
        // What cannot stand in a header cannot be sent in one, and what is too long for one is refused unread.
        if (/[^\t\x20-\x7e\x80-\xff]/.test(token)) continue;
        const answer = await overHttp(token).catch((error: NodeJS.ErrnoException) => error.code ?? 'closed');
        const tooLong = token.length > 8_192 ? ['431', 'EPIPE', 'ECONNRESET', 'closed'] : [];
        expect([...REFUSED, ...tooLong], name).toContain(answer);
      }
    });

    it('is refused by the handshake', async () => {
      for (const [name, token] of forgeries) {
        const tooLong = token.length > 60_000 ? ['closed'] : [];
        expect([...REFUSED, ...tooLong], name).toContain(await handshake(token));
      }
    }, 60_000);

    it('is refused by a live socket, which goes on as before', async () => {
      for (const [name, token] of forgeries) {
        if (token.length > 60_000) continue;
        const { error } = await live.ask('authenticate', JSON.stringify({ token }));
        expect([...REFUSED, 'VALIDATION_FAILED'], name).toContain(error?.code);
      }
      expect(await live.ask('sync', '{}')).toMatchObject({ ok: true });
      expect(await live.ask('authenticate', JSON.stringify({ token: good }))).toMatchObject({
        error: { code: 'FORBIDDEN' },
      });
    });
  });
}
