import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { locateServer } from '../support/databases/locate-server.ts';
import { createDatabase } from '../support/databases/fresh-database.ts';
import { startServer as startDatabase } from '../support/databases/start-server.ts';
import { isMissing } from '../support/databases/types.ts';
import { startChild } from '../support/harness/launch.ts';
import { Person, type Device } from '../support/harness/person.ts';

const KILLS = Number(process.env['FAULT_KILLS'] ?? 6);
const SECRET = 'a secret for tests that is long enough';

interface Ack {
  readonly id: string;
  readonly seq: number;
}

/** Sends without a pause; whatever is not acked is sent again under the same id, for as long as it takes. */
class Outbox {
  readonly acked = new Map<string, Ack>();
  readonly #device: Device;
  readonly #roomId: string;
  readonly #name: string;
  #sending = true;

  constructor(device: Device, roomId: string, name: string) {
    this.#device = device;
    this.#roomId = roomId;
    this.#name = name;
  }

  async run(): Promise<void> {
    for (let count = 0; this.#sending; count += 1) {
      const batch = Array.from({ length: 5 }, (_, index) => this.#deliver(`${this.#name}-${count}-${index}`));
      await Promise.all(batch);
    }
  }

  stop(): void {
    this.#sending = false;
  }

  async #deliver(clientMessageId: string): Promise<void> {
    const payload = { roomId: this.#roomId, content: `text of ${clientMessageId}`, clientMessageId };
    for (;;) {
      const reply = await this.#device.socket
        .timeout(1_500)
        .emitWithAck('send_message', payload)
        .catch(() => null);
      if (reply?.ok) return void this.acked.set(clientMessageId, { id: reply.data.id, seq: reply.data.seq });
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

async function readLog(person: Person, roomId: string) {
  const events: { type: string; seq: number; id: string; clientMessageId?: string; content?: string }[] = [];
  for (;;) {
    const { body } = await person.call('GET', `/api/rooms/${roomId}/events?limit=500&afterSeq=${events.length}`);
    events.push(...body.events);
    if (body.complete) return events;
  }
}

interface Store {
  readonly url: string;
  close(): Promise<void>;
}

async function sqliteFile(): Promise<Store> {
  const directory = await mkdtemp(join(tmpdir(), 'parley-restart-'));
  const close = () => rm(directory, { recursive: true, force: true });
  return { url: `sqlite:${join(directory, 'parley.db')}`, close };
}

/** A server of its own at full durability: the shared one may forget what it has acknowledged. */
async function durableMysql(): Promise<Store> {
  const binary = await locateServer('mysql');
  if (isMissing(binary)) throw new Error(binary.missing);
  const server = await startDatabase({ ...binary, durable: true });
  const database = await createDatabase(server.url);
  return { url: database.url, close: () => server.stop() };
}

describe.each([
  ['SQLite', sqliteFile, 4_371],
  ['MySQL at full durability', durableMysql, 4_372],
])('a process on %s', (_name, open, port) => {
  let store: Store;
  // Always on the same port, so that the clients find it again by themselves.
  const start = () => startChild({ PORT: String(port), DATABASE_URL: store.url, JWT_SECRET: SECRET });
  beforeAll(async () => {
    store = await open();
  });
  afterAll(() => store.close());

  it(`keeps every acked message, once and in one gapless order, over ${KILLS} times kill -9 under load`, async () => {
    let server = await start();
    const people = await Promise.all(['ann', 'ben', 'cat'].map((name) => Person.register(server.url, name)));
    const [ann] = people as [Person];
    const roomId = await ann.createRoom();
    for (const person of people.slice(1)) await person.join(roomId);
    const reconnect = { reconnectionDelay: 50, reconnectionDelayMax: 200, transports: ['websocket'] };
    const outboxes = await Promise.all(
      people.map(async (person) => new Outbox(await person.connect(reconnect), roomId, person.username)),
    );
    const running = outboxes.map((outbox) => outbox.run());
    const ackedSoFar = () => outboxes.reduce((sum, { acked }) => sum + acked.size, 0);
    for (let kill = 0; kill < KILLS; kill += 1) {
      const before = ackedSoFar();
      // Somewhere in the middle of the traffic, every time at another point.
      while (ackedSoFar() < before + 40 + kill * 13) await new Promise((resolve) => setTimeout(resolve, 5));
      expect(await server.kill('SIGKILL')).toEqual({ code: null, signal: 'SIGKILL' });
      server = await start();
    }
    for (const outbox of outboxes) outbox.stop();
    await Promise.all(running);
    const log = await readLog(ann, roomId);
    expect(log.map(({ seq }) => seq)).toEqual(log.map((_, index) => index + 1));
    const stored = log.filter(({ type }) => type === 'message');
    const acked = new Map(outboxes.flatMap((outbox) => [...outbox.acked]));
    expect(acked.size).toBeGreaterThan(KILLS * 40);
    expect(new Set(stored.map(({ clientMessageId }) => clientMessageId)).size).toBe(stored.length);
    const found = new Map(stored.map(({ clientMessageId, id, seq }) => [clientMessageId, { id, seq }]));
    for (const [clientMessageId, ack] of acked) expect(found.get(clientMessageId)).toEqual(ack);
    for (const person of people) person.close();
    await server.kill('SIGKILL');
  }, 180_000);

  it('finishes what is in flight on SIGTERM, exits 0, and has stored all that it acked', async () => {
    const server = await start();
    const ann = await Person.register(server.url, 'ann');
    const roomId = await ann.createRoom();
    const device = await ann.connect({ transports: ['websocket'], reconnection: false });
    const outbox = new Outbox(device, roomId, 'term');
    void outbox.run();
    while (outbox.acked.size < 100) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await server.kill('SIGTERM')).toEqual({ code: 0, signal: null });
    outbox.stop();
    expect(device.all('draining')).toHaveLength(1);
    const again = await start();
    const found = new Set((await readLog(ann, roomId)).map(({ clientMessageId }) => clientMessageId));
    for (const clientMessageId of outbox.acked.keys()) expect(found).toContain(clientMessageId);
    ann.close();
    await again.kill('SIGTERM');
  });
});
