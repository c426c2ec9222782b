import type { Bench } from '../harness/bench.ts';
import { call, createRoom, register } from '../harness/rest.ts';
import { median } from '../harness/statistics.ts';

interface Page {
  readonly messages: readonly { readonly seq: number }[];
}

const pageSize = 50;
const batchRows = 100_000;
const calls = 200;

/** The newest page of a room, and one that lies a million messages back. */
export async function history(bench: Bench): Promise<void> {
  const depth = bench.settings.quick ? 200_000 : 1_000_000;
  const databaseUrl = await bench.createDatabase();
  const first = await bench.startProduct(databaseUrl);
  const { token } = await register(first.port);
  const roomId = await createRoom(first.port, token);
  const path = `/api/rooms/${roomId}/messages`;
  await call(first.port, { method: 'POST', path, token, body: { content: 'the first one' } });
  // It knows the head of the room, and what comes now it does not write itself.
  await first.stop();
  await fill(bench, databaseUrl, roomId, depth);

  const product = await bench.startProduct(databaseUrl);
  try {
    const newestPath = `${path}?limit=${pageSize}`;
    const oldPath = `${newestPath}&before=${pageSize + 10}`;
    const times: { newest: number[]; old: number[] } = { newest: [], old: [] };
    await bench.inTurns(async () => {
      times.newest.push(await medianMs(product.port, newestPath, token, depth));
      times.old.push(await medianMs(product.port, oldPath, token, 1));
    });
    bench.add({
      scenario: `history, a page ${depth.toLocaleString('en')} back against the newest`,
      unit: 'GET p50, ms',
      product: times.old,
      reference: { name: 'newest page', values: times.newest },
      target: { atMost: 1.5 },
    });
  } finally {
    await product.stop();
  }
}

/** Straight into the table: copies of the room's one message, whatever columns that has, with a seq and an id of their own. */
async function fill(bench: Bench, databaseUrl: string, roomId: string, depth: number): Promise<void> {
  const database = new URL(databaseUrl).pathname.slice(1);
  const columns = await bench.sql(
    `SELECT column_name AS name FROM information_schema.columns
     WHERE table_schema = '${database}' AND table_name = 'room_log' ORDER BY ordinal_position`,
  );
  const own: Readonly<Record<string, string>> = {
    seq: 'l.seq + n.i',
    id: `CONCAT(LPAD(HEX(l.seq + n.i), 8, '0'), '-0000-7000-8000-000000000000')`,
    content: `CONCAT('message ', n.i, ' of ordinary length, as people send them all day')`,
    client_message_id: 'NULL',
  };
  const names = columns.map(({ name }) => String(name));
  const values = names.map((name) => own[name] ?? `l.${name}`);
  const digit =
    '(SELECT 0 d UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9)';
  const numbers = `SELECT 1 + a.d + 10 * b.d + 100 * c.d + 1000 * e.d + 10000 * f.d AS i
    FROM ${digit} a, ${digit} b, ${digit} c, ${digit} e, ${digit} f ORDER BY i`;
  const insert = `INSERT INTO ${database}.room_log (${names.join(', ')})
    SELECT ${values.join(', ')} FROM
      (SELECT * FROM ${database}.room_log WHERE room_id = '${roomId}' ORDER BY seq DESC LIMIT 1) l, (${numbers}) n ORDER BY n.i`;
  bench.say(`inserting ${depth.toLocaleString('en')} messages`);
  for (let done = 0; done < depth; done += batchRows) await bench.sql(insert);
}

async function medianMs(port: number, path: string, token: string, least: number): Promise<number> {
  const times: number[] = [];
  for (let index = 0; index < calls; index += 1) {
    const start = performance.now();
    const { messages } = await call<Page>(port, { path, token });
    times.push(performance.now() - start);
    const seq = messages[0]?.seq ?? 0;
    if (messages.length !== pageSize || seq < least - pageSize) {
      throw new Error(`GET ${path} gave ${messages.length} messages from seq ${seq}.`);
    }
  }
  return median(times);
}
