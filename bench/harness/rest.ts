import { randomBytes } from 'node:crypto';
import { Agent, request } from 'node:http';
import type { RoomSpec } from '../load/spec.ts';

/** The part of the REST contract that a load needs before it begins. */

const parallel = 24;
const agent = new Agent({ keepAlive: true, maxSockets: parallel });
export const password = 'correct horse battery';

export interface Account {
  readonly token: string;
  readonly id: string;
  readonly email: string;
}

export interface Call {
  readonly method?: 'GET' | 'POST';
  readonly path: string;
  readonly token?: string;
  readonly body?: object;
}

/** Rejects with what the server said unless it answered with a status of success. */
export async function call<T>(port: number, { method = 'GET', path, token, body }: Call): Promise<T> {
  const text = body === undefined ? '' : JSON.stringify(body);
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
  return new Promise<T>((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method, headers, agent }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const answer = Buffer.concat(chunks).toString();
        const { statusCode = 0 } = response;
        if (statusCode >= 200 && statusCode < 300) resolve(JSON.parse(answer) as T);
        else reject(new Error(`${method} ${path} was answered with ${statusCode}: ${answer.slice(0, 300)}`));
      });
    });
    sent.on('error', reject);
    sent.end(text);
  });
}

export async function register(port: number): Promise<Account> {
  const name = `bench${randomBytes(9).toString('hex')}`;
  const email = `${name}@example.com`;
  const body = { email, username: name, password };
  const { token, user } = await call<{ token: string; user: { id: string } }>(port, {
    method: 'POST',
    path: '/api/auth/register',
    body,
  });
  return { token, id: user.id, email };
}

export async function createRoom(port: number, token: string, name = 'bench'): Promise<string> {
  const { room } = await call<{ room: { id: string } }>(port, {
    method: 'POST',
    path: '/api/rooms',
    token,
    body: { name },
  });
  return room.id;
}

export async function inParallel<T, R>(
  items: readonly T[],
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < items.length; index = next++)
      results[index] = await work(items[index] as T, index);
  };
  await Promise.all(Array.from({ length: Math.min(parallel, items.length) }, worker));
  return results;
}

export interface RoomsWanted {
  readonly rooms: number;
  readonly members: number;
  /** All members, if not said. */
  readonly senders?: number;
}

/** Rooms with members of their own, who belong to no other room. */
export async function prepareRooms(
  port: number,
  { rooms, members, senders = members }: RoomsWanted,
): Promise<RoomSpec[]> {
  const accounts = await inParallel(Array.from({ length: rooms * members }), async () => register(port));
  const specs: RoomSpec[] = [];
  for (let index = 0; index < rooms; index += 1) {
    const own = accounts.slice(index * members, (index + 1) * members);
    const id = await createRoom(port, own[0]?.token ?? '');
    await inParallel(own.slice(1), async ({ token }) => {
      await call(port, { method: 'POST', path: '/api/rooms/join', token, body: { roomId: id } });
    });
    specs.push({ id, tokens: own.map(({ token }) => token), senders });
  }
  return specs;
}
