import { connect, type Chat } from '../../client/client.ts';

export interface BenchPlan {
  readonly rooms: number;
  readonly members: number;
  readonly seconds: number;
}

export interface Spread {
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

export interface BenchResult {
  /** From the call to the ack, one message after the other. */
  readonly lone: Spread;
  /** The same, with everybody sending. */
  readonly busy: Spread;
  /** Stored and acked, for each second. */
  readonly messages: number;
  /** Messages that arrived at somebody, for each second. */
  readonly deliveries: number;
}

const LONE = 100;

/**
 * Everybody sends the next message when the last one is stored. `told` hears how many seconds have passed. Rejects when
 * a message is refused, or it is interrupted.
 */
export async function measure(
  url: string,
  plan: BenchPlan,
  told: (seconds: number) => void,
  interrupt: AbortSignal,
): Promise<BenchResult> {
  // Clients of a server that is gone would wait for it.
  const interrupted = new Promise<never>((_, reject) => {
    interrupt.addEventListener('abort', () => reject(new Error('Interrupted.')));
  });
  return Promise.race([chatAll(url, plan, told), interrupted]);
}

async function chatAll(url: string, plan: BenchPlan, told: (seconds: number) => void): Promise<BenchResult> {
  const rooms: BenchRoom[] = [];
  try {
    // One after the other: a server takes few new accounts at a time.
    for (let room = 0; room < plan.rooms; room += 1) rooms.push(await openRoom(url, room, plan.members));
    const chats = rooms.flatMap(({ chats }) => chats);
    let delivered = 0;
    for (const chat of chats) chat.on('message', () => (delivered += 1));
    const [first] = rooms;
    const [sender] = first?.chats ?? [];
    if (!first || !sender) throw new Error('There is nobody to send.');
    const lone: number[] = [];
    for (let n = 0; n < LONE; n += 1) lone.push(await timed(sender, first.roomId));
    const before = delivered;
    const busy: number[] = [];
    const startedMs = performance.now();
    const seconds = () => (performance.now() - startedMs) / 1_000;
    const keepSending = async (chat: Chat, roomId: string) => {
      while (seconds() < plan.seconds) {
        busy.push(await timed(chat, roomId));
        told(Math.min(seconds(), plan.seconds));
      }
    };
    await Promise.all(rooms.flatMap(({ roomId, chats }) => chats.map((chat) => keepSending(chat, roomId))));
    const took = seconds();
    const perSecond = (count: number) => Math.round(count / took);
    const messages = perSecond(busy.length);
    return { lone: spread(lone), busy: spread(busy), messages, deliveries: perSecond(delivered - before) };
  } finally {
    for (const { chats } of rooms) for (const chat of chats) chat.close();
  }
}

interface BenchRoom {
  readonly roomId: string;
  readonly chats: readonly Chat[];
}

async function openRoom(url: string, room: number, members: number): Promise<BenchRoom> {
  const chats: Chat[] = [];
  for (let member = 0; member < members; member += 1) chats.push(await enter(url, `${room}-${member}`));
  const [owner, ...others] = chats;
  if (!owner) throw new Error('A room needs somebody who makes it.');
  const { room: made } = await owner.request('post /api/rooms', { body: { name: `Room ${room}` } });
  await owner.join({ roomId: made.id });
  for (const other of others) await other.join({ roomId: made.id });
  return { roomId: made.id, chats };
}

async function enter(url: string, name: string): Promise<Chat> {
  const account = { email: `${name}@bench.example`, username: `bench-${name}`, password: `a password for ${name}` };
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify(account);
  const reply = await fetch(`${url}/api/auth/register`, { method: 'POST', headers, body });
  const { token, message } = (await reply.json()) as { readonly token?: string; readonly message?: string };
  if (token === undefined) throw new Error(message ?? 'No account could be had.');
  return connect({ url, token });
}

async function timed(chat: Chat, roomId: string): Promise<number> {
  const startedMs = performance.now();
  const outcome = await chat.send(roomId, 'A message as long as such messages are, more or less.').settled;
  if (!outcome.ok) throw outcome.error;
  return performance.now() - startedMs;
}

function spread(samples: readonly number[]): Spread {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (share: number) => Math.round((sorted[Math.floor(share * (sorted.length - 1))] ?? 0) * 10) / 10;
  return { p50: at(0.5), p99: at(0.99) };
}
