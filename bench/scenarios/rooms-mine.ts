import type { Bench } from '../harness/bench.ts';
import { call, createRoom, inParallel, register } from '../harness/rest.ts';
import { median } from '../harness/statistics.ts';
import { figure } from '../harness/table.ts';

const calls = 20;
const targetMs = 50;

/** The list of a user of a thousand rooms, each with a message in it. */
export async function roomsMine(bench: Bench): Promise<void> {
  const count = bench.settings.quick ? 200 : 1_000;
  const databaseUrl = await bench.createDatabase();
  const product = await bench.startProduct(databaseUrl);
  try {
    const { token } = await register(product.port);
    await inParallel(Array.from({ length: count }), async (_, index) => {
      const roomId = await createRoom(product.port, token, `room ${index}`);
      const path = `/api/rooms/${roomId}/messages`;
      await call(product.port, { method: 'POST', path, token, body: { content: `message ${index}` } });
    });
    const database = new URL(databaseUrl).pathname.slice(1);
    const http: number[] = [];
    const before = await statementMs(bench, database);
    for (let index = 0; index < calls; index += 1) {
      const start = performance.now();
      const { rooms } = await call<{ rooms: unknown[] }>(product.port, { path: '/api/rooms/mine', token });
      http.push(performance.now() - start);
      if (rooms.length !== count) throw new Error(`rooms/mine gave ${rooms.length} of ${count} rooms.`);
    }
    const after = await statementMs(bench, database);
    const scenario = `rooms/mine of ${count} rooms`;
    bench.add({ scenario, unit: 'GET p50, ms', product: [median(http)] });
    if (before === undefined || after === undefined) {
      bench.note(`${scenario}: this database does not time its statements, so only the whole call is measured.`);
      return;
    }
    const reference = { name: 'ms allowed', values: [targetMs] };
    const each = (after - before) / calls;
    bench.add({ scenario, unit: 'database, ms', product: [each], reference, target: { atMost: 1 } });
    bench.say(`${scenario}: ${figure(median(http))} ms, of which ${figure(each)} ms in the database`);
  } finally {
    await product.stop();
  }
}

/** All that the database has spent on statements of that schema so far. */
async function statementMs(bench: Bench, database: string): Promise<number | undefined> {
  const sum = `SELECT SUM(SUM_TIMER_WAIT) / 1e9 AS ms FROM performance_schema.events_statements_summary_by_digest
    WHERE SCHEMA_NAME = '${database}'`;
  const [row] = await bench.sql(sum).catch(() => []);
  const ms = Number(row?.['ms'] ?? NaN);
  return Number.isFinite(ms) ? ms : undefined;
}
