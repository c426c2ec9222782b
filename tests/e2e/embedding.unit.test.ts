import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type Express } from 'express';
import { WebSocket, WebSocketServer } from 'ws';
import { afterEach, describe, expect, it } from 'vitest';
import { connect, type Chat } from '../../src/client/client.ts';
import { InMemoryLogger } from '../../src/adapters/outbound/memory/in-memory-logger.ts';
import type { UserId } from '../../src/domain/user/user.ts';
import { createMemoryPersistence } from '../../src/adapters/outbound/memory/create-memory-persistence.ts';
import { buildContainer } from '../../src/main/build-container.ts';
import { resolve, type Token } from '../../src/main/di/token.ts';
import { TOKENS } from '../../src/main/di/tokens.ts';
import {
  AppError,
  createParley,
  readConfig,
  type AdapterName,
  type HostUser,
  type Parley,
  type ParleyOptions,
} from '../../src/main/index.ts';
import { TEST_SETTINGS } from '../support/harness/server.ts';
import { until } from '../support/harness/site.ts';

const HOUR_MS = 3_600_000;
/** Who the application says somebody is: the token is the name. */
const identify = async (token: string): Promise<HostUser | null> => {
  if (token === 'down') throw new Error('The database of the application is down.');
  if (!token.startsWith('user:')) return null;
  const name = token.slice('user:'.length);
  return { id: name, username: name, expiresAt: new Date(Date.now() + HOUR_MS) };
};

/** A port that is missing here does not compile. */
const PORTS: Readonly<Record<AdapterName, true>> = {
  ...{ clock: true, scheduler: true, ids: true, logger: true, denylist: true, hasher: true, tokens: true },
  ...{ identityProvider: true, limiter: true, persistence: true, presence: true, bus: true, broadcaster: true },
};

/** Counts calls of its methods, and of those of what it consists of. */
function watched<T extends object>(original: T, count: () => void): T {
  return new Proxy(original, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value === 'object' && value !== null) return watched(value, count);
      if (typeof value !== 'function') return value;
      return (...input: unknown[]): unknown => {
        count();
        return Reflect.apply(value, target, input);
      };
    },
  });
}

describe('Parley in an application', () => {
  const opened: { close(): unknown }[] = [];
  afterEach(async () => {
    for (const thing of opened.splice(0).reverse()) await thing.close();
  });

  async function embedded(options: Partial<ParleyOptions> = {}): Promise<Parley> {
    const parley = await createParley({ database: 'memory:', identify, settings: TEST_SETTINGS, ...options });
    opened.push(parley);
    return parley;
  }

  async function listening(server: Server): Promise<string> {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const end = () => {
      server.closeAllConnections();
      server.close();
    };
    opened.push({ close: end });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** An application with routes and a body parser of its own, before and after Parley. */
  async function application(...parleys: Parley[]): Promise<{ url: string; app: Express; server: Server }> {
    const app = express();
    app.use(express.json());
    app.get('/', (_request, response) => void response.send('the shop'));
    for (const parley of parleys) app.use(parley.handler);
    app.post('/orders', (request, response) => void response.json(request.body));
    const server = createServer(app);
    for (const parley of parleys) parley.attach(server);
    return { url: await listening(server), app, server };
  }

  async function enter(url: string, name: string): Promise<Chat> {
    const chat = await connect({ url: `${url}/chat`, token: `user:${name}` });
    opened.push(chat);
    return chat;
  }

  it('serves the users of the application, beside its own routes', async () => {
    const { url } = await application(await embedded());
    const [ada, bob] = [await enter(url, 'ada'), await enter(url, 'bob')];
    const { room } = await ada.request('post /api/rooms', { body: { name: 'support' } });
    const heard: string[] = [];
    bob.on('message', ({ userId, content }) => heard.push(`${userId}: ${content}`));
    await bob.join({ roomId: room.id });
    await ada.send(room.id, 'hello').settled;
    await until('bob hears it', () => heard.length === 1);
    expect(heard).toEqual([`${ada.userId}: hello`]);

    const front = await fetch(url);
    expect(await front.text()).toBe('the shop');
    expect(front.headers.has('content-security-policy')).toBe(false);
    const order = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"tea":2}' };
    expect(await (await fetch(`${url}/orders`, order)).json()).toEqual({ tea: 2 });
    expect((await fetch(`${url}/api/rooms`)).headers.get('content-type')).toContain('text/html');
    const unknown = await fetch(`${url}/chat/nothing`);
    expect(await unknown.json()).toMatchObject({ code: 'NOT_FOUND' });
    expect((await fetch(`${url}/chatter`)).headers.get('content-type')).toContain('text/html');
    expect((await fetch(`${url}/chat/ready`)).status).toBe(200);
  });

  it('lets in only whom the application knows, and asks to try again when it cannot say', async () => {
    const { url } = await application(await embedded());
    const asking = (token: string) =>
      fetch(`${url}/chat/api/rooms/mine`, { headers: { authorization: `Bearer ${token}` } });
    expect((await asking('user:ada')).status).toBe(200);
    expect(await (await asking('nobody')).json()).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(await (await asking('down')).json()).toMatchObject({ code: 'OVERLOADED' });
    const body = JSON.stringify({ username: 'eve', email: 'eve@example.org', password: 'a long enough one' });
    const headers = { 'content-type': 'application/json' };
    const registered = await fetch(`${url}/chat/api/auth/register`, { method: 'POST', headers, body });
    expect(registered.status).toBeGreaterThanOrEqual(400);
  });

  it('leaves other sockets alone, and goes without taking the application with it', async () => {
    const parley = await embedded();
    const { url, server } = await application(parley);
    const other = new WebSocketServer({ noServer: true });
    server.on('upgrade', (request, socket, head) => {
      if (request.url === '/stock') other.handleUpgrade(request, socket, head, (ticker) => ticker.send('price'));
    });
    const ticker = new WebSocket(`${url.replace('http', 'ws')}/stock`);
    opened.push(ticker);
    expect(await new Promise((resolve) => ticker.on('message', (data: Buffer) => resolve(data.toString())))).toBe(
      'price',
    );

    const ada = await enter(url, 'ada');
    expect(await parley.close()).toBe(true);
    await until('the client is told', () => ada.state !== 'live');
    expect(ticker.readyState).toBe(WebSocket.OPEN);
    expect(await (await fetch(url)).text()).toBe('the shop');
    expect((await fetch(`${url}/chat/ready`)).status).toBe(404);
    expect(server.listenerCount('upgrade')).toBe(1);
  });

  it('lives beside another one in the same process', async () => {
    const { url } = await application(await embedded(), await embedded({ basePath: '/staff/chat' }));
    const [ada, staff] = [await enter(url, 'ada'), await connect({ url: `${url}/staff/chat`, token: 'user:ada' })];
    opened.push(staff);
    await ada.request('post /api/rooms', { body: { name: 'customers' } });
    const names = async (chat: Chat) => (await chat.request('get /api/rooms/mine', {})).rooms.map(({ name }) => name);
    expect([await names(ada), await names(staff)]).toEqual([['customers'], []]);
  });

  it('does in the name of a user what the API does, and everybody hears of it', async () => {
    const parley = await embedded();
    const { url } = await application(parley);
    const shop = parley.as(await parley.userOf({ id: 'shop', username: 'shop' }));
    const { room } = await shop.createRoom({ body: { name: 'orders' } });
    const ada = await enter(url, 'ada');
    const heard: string[] = [];
    ada.on('message', ({ content }) => heard.push(content));
    await ada.join({ roomId: room.id });
    const body = { content: 'Your order is on its way.', clientMessageId: 'order-17' };
    const params = { roomId: room.id };
    const [first, again] = [await shop.sendMessage({ params, body }), await shop.sendMessage({ params, body })];
    expect(again.message.id).toBe(first.message.id);
    await until('ada hears it', () => heard.length === 1);

    expect(await parley.userOf({ id: 'ada' })).toBe(ada.userId);
    const stranger = parley.as(await parley.userOf({ id: 'stranger' }));
    await expect(stranger.sendMessage({ params, body })).rejects.toMatchObject({ code: 'NOT_A_MEMBER' });
    const empty = { params, body: { ...body, content: '' } };
    await expect(shop.sendMessage(empty)).rejects.toMatchObject({ code: 'VALIDATION_FAILED', name: 'AppError' });
    expect(heard).toEqual([body.content]);
  });

  it('closes nothing that was given to it', async () => {
    const persistence = createMemoryPersistence();
    let closed = false;
    const close = persistence.close.bind(persistence);
    persistence.close = async () => {
      closed = true;
      return close();
    };
    const logger = new InMemoryLogger();
    const parley = await createParley({ database: 'memory:', identify, adapters: { persistence, logger } });
    const userId = await parley.userOf({ id: 'ada', username: 'ada' });
    expect(await persistence.users.byId(userId as UserId)).toMatchObject({ username: 'ada' });
    expect(await parley.close()).toBe(true);
    expect(closed).toBe(false);
    expect(logger.lines.map(({ message }) => message)).toContain('parley has stopped');
  });

  it.each(Object.keys(PORTS) as AdapterName[])('uses the %s that it is given', async (name) => {
    const container = buildContainer(readConfig({ ...TEST_SETTINGS, DATABASE_URL: 'memory:' }));
    const given =
      name === 'identityProvider' ? { verify: async () => Promise.reject(new AppError('OVERLOADED')) } : null;
    let calls = 0;
    const spy = watched(given ?? (await resolve<object>(container, TOKENS[name] as Token<object>)), () => (calls += 1));
    const settings = { ...TEST_SETTINGS, MESSAGE_RATE_LIMIT: '5/10s' };
    const parley = await createParley({ database: 'memory:', settings, adapters: { [name]: spy } });
    const { url } = await application(parley);
    const register = async (username: string) => {
      const body = JSON.stringify({ username, email: `${username}@example.org`, password: 'a long enough one' });
      const headers = { 'content-type': 'application/json' };
      const reply = await fetch(`${url}/chat/api/auth/register`, { method: 'POST', headers, body });
      return (await reply.json()) as { user: { id: string }; token: string };
    };
    const { user, token: own } = await register('ada');
    const { room } = await parley.as(user.id).createRoom({ body: { name: 'support' } });
    await parley.as(user.id).sendMessage({ params: { roomId: room.id }, body: { content: 'hello' } });
    for (const token of [own, 'of somebody else']) {
      await fetch(`${url}/chat/api/rooms/mine`, { headers: { authorization: `Bearer ${token}` } });
    }
    await parley.close();
    expect(calls).toBeGreaterThan(0);
  });

  it('names all that is wrong with its options at once', async () => {
    const options = { database: 'oracle:', basePath: 'chat/', settings: { MESSAGE_RATE_LIMIT: 'many', PORT: '80' } };
    const failed = createParley(options);
    await expect(failed).rejects.toThrow(/basePath[^]*settings.PORT[^]*DATABASE_URL[^]*MESSAGE_RATE_LIMIT/);
    await expect(failed).rejects.toMatchObject({ name: 'ConfigError' });
  });
});
