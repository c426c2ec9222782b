import { once } from 'node:events';
import { connect as connectTcp, type Socket as TcpSocket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { call } from '../support/harness/http.ts';
import { Person } from '../support/harness/person.ts';
import { rawCall } from '../support/harness/raw-http.ts';
import { RawSocket } from '../support/harness/raw-socket.ts';
import { startServer } from '../support/harness/server.ts';
import { until, useSite } from '../support/harness/site.ts';

const start = (env?: Record<string, string>) => startServer(env);
const PATH = '/socket.io/?EIO=4&transport=';
const POLLING = `${PATH}polling`;

/** Resolves to 'open', or to the status with which the upgrade was refused: Engine.IO always says 400. */
async function upgrade(url: string, headers: Record<string, string> = {}): Promise<string> {
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}${PATH}websocket`, { headers });
  const outcome = await new Promise<string>((resolve) => {
    socket.once('open', () => resolve('open'));
    socket.once('unexpected-response', (_request, response) => resolve(String(response.statusCode)));
    socket.once('error', () => resolve('error'));
  });
  socket.on('error', () => undefined);
  socket.terminate();
  return outcome;
}

describe('a page that is not ours', () => {
  const site = useSite(start, { CORS_ORIGINS: 'https://chat.example, https://shop.example:8443' });

  it.each([
    ['https://chat.example', true],
    ['https://shop.example:8443', true],
    ['https://attacker.example', false],
    ['https://chat.example.attacker.example', false],
    ['http://chat.example', false],
    ['https://shop.example', false],
    ['null', false],
    ['', false],
    ['chat.example', false],
  ])('at %s may open a connection: %s', async (origin, allowed) => {
    expect(await upgrade(site.url, { origin })).toBe(allowed ? 'open' : '400');
    const polling = await rawCall(site.url, 'GET', POLLING, { headers: { origin } });
    expect(polling.status).toBe(allowed ? 200 : 403);
    const rest = await rawCall(site.url, 'GET', '/health', { headers: { origin } });
    expect(rest.headers['access-control-allow-origin']).toBe(allowed ? origin : undefined);
  });

  it('is not a native client, which has no origin, and not the page that the server itself would serve', async () => {
    expect(await upgrade(site.url)).toBe('open');
    expect(await upgrade(site.url, { origin: site.url })).toBe('open');
  });
});

describe('the limit of connections', () => {
  const site = useSite(start, { CONNECTION_LIMIT: '3/6', TRUST_PROXY: '1' });
  const from = (address: string) => ({ 'x-forwarded-for': `203.0.113.200, ${address}` });
  const admitted = async (address: string) =>
    (await rawCall(site.url, 'GET', POLLING, { headers: from(address) })).status;

  it('counts the devices of a user, and gives a place back when one goes', async () => {
    const alice = await site.someone('alice');
    const open = [];
    for (let count = 0; count < 3; count += 1) open.push(await RawSocket.connect(site.url, alice.token));
    await expect(RawSocket.connect(site.url, alice.token)).rejects.toThrow('RATE_LIMITED');
    const bob = await site.someone('bob');
    const other = await RawSocket.connect(site.url, bob.token);
    await open.pop()?.close();
    await until('there is room again', () =>
      RawSocket.connect(site.url, alice.token).then(
        (socket) => open.push(socket) > 0,
        () => false,
      ),
    );
    for (const socket of [...open, other]) await socket.close();
  });

  it('lets exactly so many in that come at once', async () => {
    const alice = await site.someone('alice');
    const outcomes = await Promise.allSettled([1, 2, 3, 4, 5].map(() => RawSocket.connect(site.url, alice.token)));
    const open = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    expect(open).toHaveLength(3);
    for (const socket of open) await socket.close();
  });

  it('counts an address before anybody has said who it is, as the proxy saw it and not as it says itself', async () => {
    for (let count = 0; count < 6; count += 1) expect(await admitted('198.51.100.1')).toBe(200);
    expect(await admitted('198.51.100.1')).toBe(403);
    expect(await upgrade(site.url, from('198.51.100.1'))).toBe('400');
    expect(await admitted('198.51.100.2')).toBe(200);
    for (let count = 0; count < 6; count += 1) expect(await admitted(`2001:db8::${count}`)).toBe(200);
    expect(await admitted('2001:db8::ffff')).toBe(403);
  });

  it('lets go of those that never say who they are', async () => {
    const address = '198.51.100.9';
    for (let count = 0; count < 6; count += 1) expect(await admitted(address)).toBe(200);
    expect(await admitted(address)).toBe(403);
    await until('the silent ones are gone', async () => (await admitted(address)) === 200, 20_000);
  });
});

describe('a connection that floods below the events', () => {
  const site = useSite(start, { SOCKET_RATE_LIMIT: '10/1s' });
  const flood = async (frame: string) => {
    const raw = await RawSocket.connect(site.url, (await site.someone()).token);
    for (let count = 0; count < 1_000 && raw.isOpen; count += 1) raw.send(frame);
    await raw.closed();
  };

  it.each([
    ['heartbeats', '3'],
    ['no operations', '6'],
    ['acks of nothing', '43999[]'],
  ])('with %s is cut', async (_what, frame) => {
    await flood(frame);
    expect((await call(site.url, 'GET', '/health')).status).toBe(200);
  });

  it('by asking to be let in again and again is cut', async () => {
    const socket = new WebSocket(`${site.url.replace(/^http/, 'ws')}${PATH}websocket`);
    await once(socket, 'open');
    for (let count = 0; count < 30; count += 1) socket.send('40{"token":"wrong"}');
    await once(socket, 'close');
  });
});

describe('what one user may do in a minute', () => {
  const site = useSite(start, { SOCKET_RATE_LIMIT: '100000/1s' });

  it('is counted over all devices, and for each user alone', async () => {
    const [alice, bob] = [await site.someone('alice'), await site.someone('bob')];
    const roomId = await alice.createRoom();
    const devices = await Promise.all([1, 2, 3].map(() => alice.connect({ transports: ['websocket'] })));
    const [device = await alice.connect()] = devices;
    const all = await Promise.all(
      Array.from({ length: 1_300 }, (_, n) => (devices[n % 3] ?? device).ask('typing', { roomId, isTyping: true })),
    );
    expect(all.filter((reply) => reply.ok)).toHaveLength(1_200);
    expect(all.find((reply) => !reply.ok)?.error).toMatchObject({ code: 'RATE_LIMITED' });
    const other = await bob.connect();
    await bob.join(roomId);
    expect(await other.ask('typing', { roomId, isTyping: true })).toMatchObject({ ok: true });
    expect(await device.ask('send_message', { roomId, content: 'still heard' })).toMatchObject({ ok: true });
  });

  it('is counted over HTTP, too', async () => {
    const alice = await site.someone('alice');
    const statuses = [];
    for (let count = 0; count < 121; count += 1)
      statuses.push((await alice.call('POST', '/api/rooms', { name: 'r' })).status);
    expect(statuses.slice(0, 120)).toEqual(Array(120).fill(201));
    expect(statuses[120]).toBe(429);
  });
});

describe('a client that takes its time', () => {
  let server: Awaited<ReturnType<typeof startServer>>;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(async () => {
    expect(await server.stop()).toBe(true);
  });

  /** Sends the beginning, then a byte every second, until the server has had enough; resolves to what it was told. */
  const drip = async (beginning: string) => {
    const { port } = new URL(server.url);
    const socket: TcpSocket = connectTcp(Number(port), '127.0.0.1');
    let told = '';
    socket.on('data', (data: Buffer) => (told += data.toString()));
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    socket.write(beginning);
    const timer = setInterval(() => socket.write('x'), 1_000);
    await once(socket, 'close');
    clearInterval(timer);
    return told;
  };

  it('is cut: with its headers, with its body, with its first packet; others are served meanwhile', async () => {
    const alice = await Person.register(server.url, 'alice');
    const post =
      'POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{';
    const silent = new WebSocket(`${server.url.replace(/^http/, 'ws')}${PATH}websocket`);
    const slow = Promise.all([drip('GET / HTTP/1.1\r\nX-Slow: '), drip(post), once(silent, 'close')]);
    let over = false;
    void slow.finally(() => (over = true));
    while (!over) {
      expect((await alice.call('GET', '/api/users/me')).status).toBe(200);
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    const [headers, body] = await slow;
    expect(headers).toContain('408');
    expect(body).toContain('408');
  }, 40_000);
});
