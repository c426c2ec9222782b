import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { call } from '../support/harness/http.ts';
import type { LaunchedServer } from '../support/harness/launch.ts';
import { startChild } from '../support/harness/launch.ts';
import { Person, type Device } from '../support/harness/person.ts';
import { rawCall } from '../support/harness/raw-http.ts';
import { rawFrame } from '../support/harness/raw-frames.ts';

/** A hundred thousand by default; FUZZ_FRAMES=1000000 for the long run. */
export const FRAMES = Number(process.env['FUZZ_FRAMES'] ?? 100_000);
const SEED = Number(process.env['FUZZ_SEED'] ?? Date.now());
const LOOP_DELAY = new URL('../support/harness/report-loop-delay.mjs', import.meta.url).href;
/** The aim is 200 ms; a machine that runs other tests besides is given more. */
const LOOP_DELAY_MS = 2_000;
const BATCH = 1_000;
/** So many are sent over one connection before the next one, if the server has not closed it by then. */
const PER_CONNECTION = 20;
const POLLING_EVERY = 10;

export interface FuzzedDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

export function rawFramesSuite(database: string, framesMax: number, open: () => Promise<FuzzedDatabase>): void {
  describe(`frames that nobody's client sends, on ${database}, seed ${SEED}`, () => {
    let fuzzed: FuzzedDatabase;
    let server: LaunchedServer;
    let alice: Person, bob: Person, roomId: string, a: Device, b: Device;
    beforeAll(async () => {
      // A process of its own: what it would die of must not be caught by the runner of the tests.
      fuzzed = await open();
      server = await startChild({
        DATABASE_URL: fuzzed.url,
        // One that can be guessed is an error in the log.
        JWT_SECRET: randomBytes(48).toString('base64'),
        NODE_OPTIONS: `--import ${LOOP_DELAY}`,
      });
      [alice, bob] = [await Person.register(server.url, 'alice'), await Person.register(server.url, 'bob')];
      roomId = await alice.createRoom();
      await bob.join(roomId);
      [a, b] = [await alice.connect({ transports: ['websocket'] }), await bob.connect({ transports: ['websocket'] })];
    });
    afterAll(async () => {
      for (const person of [alice, bob]) person.close();
      expect((await server.kill('SIGTERM')).code).toBe(0);
      await fuzzed.drop();
      const [, delayMs] = /loop delay max (\d+) ms/.exec(server.output()) ?? [];
      console.info(`loop delay of the server: ${delayMs} ms at most`);
      expect(Number(delayMs)).toBeLessThan(LOOP_DELAY_MS);
    });

    const join = () => `40${JSON.stringify({ token: alice.token })}`;
    /** Half of them are let in first, so that what follows reaches further. Resolves when the connection is closed. */
    const overWebSocket = (frames: readonly (string | Buffer)[], enters: boolean) =>
      new Promise<void>((resolve) => {
        const socket = new WebSocket(`${server.url.replace(/^http/, 'ws')}/socket.io/?EIO=4&transport=websocket`);
        const flood = () => {
          for (const frame of frames) socket.send(frame);
          socket.close();
        };
        socket.on('error', () => undefined);
        socket.once('close', () => resolve());
        socket.once('open', () => (enters ? socket.send(join()) : flood()));
        socket.on('message', (data: Buffer) => {
          if (enters && data.toString().startsWith('40')) flood();
        });
      });

    const overPolling = async (frames: readonly (string | Buffer)[]) => {
      const path = '/socket.io/?EIO=4&transport=polling';
      const { text } = await rawCall(server.url, 'GET', path);
      const { sid } = JSON.parse(text.slice(1)) as { sid: string };
      const post = (body: string) => rawCall(server.url, 'POST', `${path}&sid=${sid}`, { body });
      await post(join());
      // Answered once it is let in.
      await rawCall(server.url, 'GET', `${path}&sid=${sid}`);
      const packets = frames.map((frame) => (typeof frame === 'string' ? frame : `b${frame.toString('base64')}`));
      expect([200, 400, 413]).toContain((await post(packets.join('\u001e'))).status);
      await post('1');
    };

    it(
      `neither end the process nor hold up anybody else: ${framesMax} of them`,
      async () => {
        let sent = 0;
        for (let batch = 0; sent < framesMax; batch += 1) {
          const frames = fc.sample(rawFrame(), { numRuns: BATCH, seed: SEED + batch });
          const connections: Promise<void>[] = [];
          for (let start = 0; start < frames.length; start += PER_CONNECTION) {
            const turn = start / PER_CONNECTION;
            const part = frames.slice(start, start + PER_CONNECTION);
            connections.push(turn % POLLING_EVERY === 0 ? overPolling(part) : overWebSocket(part, turn % 2 === 1));
            sent += part.length;
          }
          await Promise.all(connections);
          const message = await a.ask('send_message', { roomId, content: `after ${sent}` });
          expect(message, `batch ${batch}`).toMatchObject({ ok: true });
        }
        expect(await call(server.url, 'GET', '/health')).toMatchObject({ status: 200 });
        await b.hears('receive_message', ({ content }) => content === `after ${sent}`);
        // An error that nobody foresaw, a rejection that nobody handled: the log would have a line of it.
        expect(
          server
            .output()
            .split('\n')
            .filter((line) => /"level":"error"|unhandled|nobody handled/.test(line)),
        ).toEqual([]);
        expect(a.socket.connected && b.socket.connected).toBe(true);
      },
      Math.max(120_000, framesMax),
    );
  });
}
