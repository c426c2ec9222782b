import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { startServer } from '../support/harness/server.ts';
import { RawSocket } from '../support/harness/raw-socket.ts';
import { until, useSite } from '../support/harness/site.ts';

/** Twelve thousand bytes, as long as a message may be. */
const LONG_TEXT = '\u6f22'.repeat(4_000);

/** A WebSocket that is let in and then reads nothing more. */
async function aDeafSocket(url: string, token: string): Promise<WebSocket> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
  socket.on('error', () => undefined);
  await new Promise<void>((resolve) => {
    socket.on('message', (data: Buffer) => {
      const text = data.toString();
      if (text.startsWith('0')) socket.send(`40${JSON.stringify({ token })}`);
      if (text.startsWith('40')) resolve();
    });
  });
  socket.pause();
  return socket;
}

describe('what a server keeps for its readers', () => {
  const site = useSite(() => startServer({ DATABASE_URL: 'memory:' }));

  it('is bounded for one that does not read, and the others hear everything', async () => {
    const { roomId, people } = await site.room('alice', 'bob', 'carol');
    const [alice, bob, carol] = people;
    const [a, c] = [await alice!.connect(), await carol!.connect()];
    const deaf = await aDeafSocket(site.url, bob!.token);
    let sent = 0;
    const isGone = () => a.all('user_status').some(({ userId, online }) => userId === bob!.id && !online);
    // The kernel takes some megabytes on its own; the server adds one and no more. Others hear of it a little later.
    while (!isGone() && sent < 10_000) {
      const batch = Array.from({ length: 10 }, () => a.ask('send_message', { roomId, content: LONG_TEXT }));
      for (const reply of await Promise.all(batch)) expect(reply.ok).toBe(true);
      sent += batch.length;
    }
    expect(sent).toBeLessThan(10_000);
    await until('carol has heard it all', () => c.all('receive_message').length === sent);
    deaf.resume();
    if (deaf.readyState !== WebSocket.CLOSED) await once(deaf, 'close');
  }, 60_000);

  it('is bounded for a polling client that asks for much and fetches nothing', async () => {
    const alice = await site.someone('alice');
    const roomId = await alice.createRoom();
    const device = await alice.connect({ transports: ['websocket'] });
    const texts = Array.from({ length: 100 }, () => device.ask('send_message', { roomId, content: LONG_TEXT }));
    await Promise.all(texts);
    const base = `${site.url}/socket.io/?EIO=4&transport=polling`;
    const { sid } = JSON.parse((await (await fetch(base)).text()).slice(1)) as { sid: string };
    const url = `${base}&sid=${sid}`;
    const post = async (body: string) => (await fetch(url, { method: 'POST', body })).status;
    await post(`40${JSON.stringify({ token: alice.token })}`);
    await (await fetch(url)).text();
    const asks = Array.from({ length: 60 }, (_, index) => {
      return `42${index}["sync",{"rooms":[{"roomId":"${roomId}","afterSeq":0}]}]`;
    });
    expect(await post(asks.join('\x1e'))).toBe(200);
    await until('it is cut', async () => (await post('3')) !== 200);
  });

  it('is no reason to cut one that reads what it asked for, however much that is', async () => {
    const { roomId, people } = await site.room('alice', 'bob');
    const [a, b] = [await people[0]!.connect(), await people[1]!.connect({ transports: ['websocket'] })];
    const texts = Array.from({ length: 400 }, () => a.ask('send_message', { roomId, content: LONG_TEXT }));
    await Promise.all(texts);
    let afterSeq = 0;
    for (let isComplete = false; !isComplete;) {
      const { data } = await b.ask('sync', { rooms: [{ roomId, afterSeq }] });
      const [page] = data.rooms;
      expect(JSON.stringify(data).length).toBeLessThan(500_000);
      expect(page.events[0].seq).toBe(afterSeq + 1);
      afterSeq = page.events.at(-1).seq;
      isComplete = page.complete;
    }
    expect(afterSeq).toBe(403);
    const { body } = await people[1]!.call('GET', `/api/rooms/${roomId}/events?afterSeq=0&limit=500`);
    expect(body).toMatchObject({ complete: false, headSeq: 403 });
    expect(b.socket.connected).toBe(true);
  });
});

describe('one connection', () => {
  const site = useSite(() => startServer({ DATABASE_URL: 'memory:' }));

  it('is one socket: a second CONNECT closes it', async () => {
    const alice = await site.someone('alice');
    const raw = await RawSocket.connect(site.url, alice.token);
    raw.send(`40${JSON.stringify({ token: alice.token })}`);
    await raw.closed();
    expect(raw.isOpen).toBe(false);
  });
});
