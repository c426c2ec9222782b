import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launch, startChild, type LaunchedServer } from '../support/harness/launch.ts';
import { Person } from '../support/harness/person.ts';
import { until } from '../support/harness/site.ts';
import { sqliteFile, type SqlDatabase } from '../integration/sequelize/sql-harness.ts';

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly attributes: readonly { readonly key: string; readonly value: Record<string, unknown> }[];
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly status?: { readonly code?: number; readonly message?: string };
}

interface Export {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: Span['attributes'] };
    readonly scopeSpans: readonly { readonly spans: readonly Span[] }[];
  }[];
}

/** What any collector takes: OTLP over HTTP, as JSON. */
async function collector(): Promise<{ url: string; spans: Span[]; services: Set<string>; server: Server }> {
  const spans: Span[] = [];
  const services = new Set<string>();
  const server = createServer((request, response) => {
    void json(request).then((body) => {
      for (const { resource, scopeSpans } of (body as Export).resourceSpans) {
        services.add(String(resource.attributes.find(({ key }) => key === 'service.name')?.value['stringValue']));
        for (const scope of scopeSpans) spans.push(...scope.spans);
      }
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, spans, services, server };
}

describe('traces', () => {
  let sink: Awaited<ReturnType<typeof collector>>;
  let server: LaunchedServer;
  let database: SqlDatabase;
  beforeAll(async () => {
    [sink, database] = await Promise.all([collector(), sqliteFile()]);
    server = await startChild({
      DATABASE_URL: database.url,
      OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
      // As often as can be, so that a test does not wait.
      OTEL_BSP_SCHEDULE_DELAY: '50',
    });
  });
  afterAll(async () => {
    expect((await server.kill('SIGTERM')).code).toBe(0);
    sink.server.close();
    await database.drop();
  });

  const named = (name: string) => sink.spans.filter((span) => span.name === name);
  const childrenOf = ({ traceId, spanId }: Span) =>
    sink.spans.filter((span) => span.traceId === traceId && span.parentSpanId === spanId);

  it('lead from an event to its batch, to statements and to who was told', async () => {
    const [ann, bob] = [await Person.register(server.url, 'ann'), await Person.register(server.url, 'bob')];
    const roomId = await ann.createRoom();
    await bob.join(roomId);
    const [device] = await Promise.all([ann.connect(), bob.connect()]);
    await Promise.all(
      ['secret words', 'more of them'].map((content) => device.ask('send_message', { roomId, content })),
    );
    await device.ask('send_message', { roomId: 'none', content: 'secret words' });
    await until(
      'all is collected',
      () => named('parley send_message').length === 3 && named('parley batch').length > 0,
    );
    const sends = named('parley send_message');
    const [failed] = sends.filter(({ status }) => status?.code === 2);
    expect(failed?.status?.message).toBe('ZodError');
    const stored = sends.filter((span) => span !== failed);
    for (const send of stored) {
      expect(send.parentSpanId ?? '').toBe('');
      await until('who was told is there', () => childrenOf(send).some(({ name }) => name === 'parley fanout'));
      const [fanout] = childrenOf(send).filter(({ name }) => name === 'parley fanout');
      const deliveries = fanout?.attributes.find(({ key }) => key === 'parley.deliveries');
      expect(Number(deliveries?.value['intValue'])).toBeGreaterThanOrEqual(2);
      const batch = named('parley batch').find(({ links = [] }) => links.some(({ spanId }) => spanId === send.spanId));
      if (!batch) throw new Error('A message is in no batch.');
      // What it is made of is a link, never its parent: it is of several.
      expect(batch.parentSpanId ?? '').toBe('');
      const insert = childrenOf(batch).find(({ name }) => name === 'database write');
      expect(JSON.stringify(insert?.attributes)).toContain('INSERT INTO room_log');
    }
    // No two events are one trace.
    expect(new Set(sends.map(({ traceId }) => traceId)).size).toBe(3);
    expect(JSON.stringify(sink.spans)).not.toMatch(/secret words|more of them|ann-|password|example\.com/);
    expect([...sink.services]).toEqual(['parley']);
    for (const person of [ann, bob]) person.close();
  });

  it('lead from a request, whose line in the log names its trace', async () => {
    const ann = await Person.register(server.url, 'ann');
    await ann.createRoom();
    await until('it is collected', () => named('POST /api/rooms').length > 0);
    const [request] = named('POST /api/rooms').slice(-1);
    if (!request) throw new Error('There is no span.');
    expect(childrenOf(request).map(({ name }) => name)).toContain('database write');
    const line = server
      .output()
      .split('\n')
      .find((text) => text.includes(`"trace_id":"${request.traceId}"`));
    expect(line).toContain('"path":"/api/rooms"');
    ann.close();
  });

  it('cost nothing where nobody collects them: no line of an SDK is loaded', async () => {
    const loaded = `
      import { Session } from 'node:inspector';
      const session = new Session(); session.connect();
      const seen = new Set();
      session.on('Debugger.scriptParsed', ({ params: { url } }) => url.includes('@opentelemetry/') && seen.add(url));
      session.post('Debugger.enable');
      process.on('exit', () => console.log('LOADED ' + JSON.stringify([...seen])));
    `;
    const probe = `data:text/javascript,${encodeURIComponent(loaded)}`;
    const run = async (env: Record<string, string>) => {
      const child = launch({
        DATABASE_URL: 'memory:',
        PORT: '0',
        METRICS: 'off',
        NODE_OPTIONS: `--import=${probe}`,
        ...env,
      });
      await until('it listens', () => child.output().includes('parley is listening'), 30_000);
      child.child.kill('SIGTERM');
      await child.ended;
      const [, list = '[]'] = /LOADED (.*)/.exec(child.output()) ?? [];
      return (JSON.parse(list) as string[]).filter((url) => url.includes('/sdk-trace') || url.includes('/exporter-'));
    };
    expect((await run({ OTEL_EXPORTER_OTLP_ENDPOINT: sink.url })).length).toBeGreaterThan(0);
    expect(await run({})).toEqual([]);
  });
});
