import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { contract } from '../../src/contract/contract.ts';
import { privateRedis, type PrivateRedis } from '../support/databases/private-redis.ts';
import { Person } from '../support/harness/person.ts';
import { startServer, type TestServer } from '../support/harness/server.ts';
import { until } from '../support/harness/site.ts';
import { sqliteFile, type SqlDatabase } from '../integration/sequelize/sql-harness.ts';

interface Sample {
  readonly name: string;
  readonly labels: string;
  readonly value: number;
}

/** Fails on a line that is none of the text format. */
function samplesOf(text: string): Sample[] {
  return text
    .trimEnd()
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name = '', labels = '', value = ''] = /^([a-z_][a-z0-9_]*)(\{[^}]*\})? (\S+)$/.exec(line) ?? [];
      expect(name, line).not.toBe('');
      expect(Number.isFinite(Number(value)) || ['Nan', '+Inf'].includes(value), line).toBe(true);
      return { name, labels, value: Number(value) };
    });
}

const scrape = async (url: string): Promise<Sample[]> => {
  const reply = await fetch(`${url}/metrics`);
  expect(reply.status).toBe(200);
  expect(reply.headers.get('content-type')).toMatch(/^text\/plain; ?version=0\.0\.4/);
  return samplesOf(await reply.text());
};

const labelsIn = (text: string): string[] =>
  [...text.matchAll(/([a-z_]+)(?:=~|!=|!~|=)"/g)].map(([, label = '']) => label);

const sum = (samples: readonly Sample[], name: string, label = '') =>
  samples.filter((one) => one.name === name && one.labels.includes(label)).reduce((all, { value }) => all + value, 0);

describe('metrics', () => {
  let server: TestServer;
  let redis: PrivateRedis;
  let database: SqlDatabase;
  beforeAll(async () => {
    [redis, database] = await Promise.all([privateRedis(), sqliteFile()]);
    server = await startServer({
      METRICS: 'on',
      REDIS_URL: redis.url,
      DATABASE_URL: database.url,
      SOCKET_RATE_LIMIT: '100/1s',
    });
  });
  afterAll(async () => {
    await server.stop();
    await redis.stop();
    await rm(database.url.slice('sqlite:'.length), { force: true });
  });

  it('say what happened, in numbers that are right', async () => {
    const [ann, bob] = [await Person.register(server.url, 'ann'), await Person.register(server.url, 'bob')];
    const roomId = await ann.createRoom();
    await bob.join(roomId);
    const [device] = await Promise.all([ann.connect(), bob.connect()]);
    for (let n = 0; n < 20; n += 1) await device.ask('send_message', { roomId, content: `message ${n}` });
    await device.ask('send_message', { roomId: 'no room', content: 'x' });
    await ann.call('GET', `/api/rooms/${roomId}/messages?limit=nine`);
    const samples = await scrape(server.url);
    expect(sum(samples, 'parley_commands_total', 'event="send_message",outcome="ok"')).toBe(20);
    expect(sum(samples, 'parley_commands_total', 'event="send_message",outcome="VALIDATION_FAILED"')).toBe(1);
    expect(sum(samples, 'parley_command_duration_seconds_count', 'event="send_message"')).toBe(20);
    expect(sum(samples, 'parley_message_batch_size_sum')).toBe(20);
    expect(sum(samples, 'parley_deliveries_total')).toBeGreaterThanOrEqual(40);
    expect(sum(samples, 'parley_connections')).toBe(2);
    expect(sum(samples, 'parley_users_online')).toBe(2);
    expect(sum(samples, 'parley_handshakes_total', 'outcome="ok"')).toBe(2);
    expect(sum(samples, 'parley_http_requests_total', 'operation="register",status="201"')).toBe(2);
    expect(sum(samples, 'parley_http_refusals_total', 'code="VALIDATION_FAILED"')).toBe(1);
    expect(sum(samples, 'parley_database_statement_duration_seconds_count', 'access="write"')).toBeGreaterThanOrEqual(
      20,
    );
    expect(sum(samples, 'parley_build_info')).toBe(1);
    // Redis is asked for the first time a moment after the start, and may take longer than it has on a busy machine.
    const answers = (all: readonly Sample[], name: string) =>
      sum(all, `parley_${name}_up`) === 1 && sum(all, `parley_${name}_ping_seconds`) > 0;
    for (const name of ['database', 'redis']) {
      await until(`${name} answers`, async () => answers(await scrape(server.url), name), 30_000);
    }
    // Several may scrape at a time.
    const both = await Promise.all([scrape(server.url), scrape(server.url), scrape(server.url)]);
    const counts = both.map((one) => sum(one, 'parley_deliveries_total'));
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThan(20);
    for (const person of [ann, bob]) person.close();
    const left = async () =>
      sum(await scrape(server.url), 'parley_disconnects_total', 'reason="client_namespace_disconnect"');
    await until('both have left', async () => (await left()) === 2);
  });

  it('may be read however often', async () => {
    const replies = await Promise.all(Array.from({ length: 300 }, () => fetch(`${server.url}/metrics`)));
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]));
  });

  it('say that redis is gone', async () => {
    const heal = await redis.kill();
    await until('it is seen', async () => sum(await scrape(server.url), 'parley_redis_up') === 0);
    await heal();
    await until('it is seen again', async () => sum(await scrape(server.url), 'parley_redis_up') === 1, 30_000);
  });

  it('do not grow with what clients invent', async () => {
    const ann = await Person.register(server.url, 'ann');
    const device = await ann.connect();
    const invent = async (from: number) => {
      for (let n = from; n < from + 40; n += 1) {
        const name = `invented_${n}`;
        await device.ask(name, {});
        await device.ask('send_message', { roomId: name, content: name, [name]: name });
        await fetch(`${server.url}/api/${name}?${name}=1`, { method: n % 2 ? 'GET' : 'PROPFIND' });
        await ann.call('GET', `/api/rooms/${name}`);
      }
    };
    const series = async () => new Set((await scrape(server.url)).map(({ name, labels }) => `${name}${labels}`));
    await invent(0);
    const before = await series();
    await invent(100);
    expect([...(await series())].filter((one) => !before.has(one))).toEqual([]);
    expect([...before].filter((one) => one.includes('invented'))).toEqual([]);
    ann.close();
  });

  it('have names and labels that tools understand', async () => {
    const text = await (await fetch(`${server.url}/metrics`)).text();
    const types = new Map([...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => [name, type]));
    const own = [...types].filter(([name]) => name.startsWith('parley_'));
    expect(own.length).toBeGreaterThan(20);
    for (const [name, type] of own) {
      expect(text).toMatch(new RegExp(`^# HELP ${name} \\S.*\\.$`, 'm'));
      expect(name.endsWith('_total'), name).toBe(type === 'counter');
      if (type === 'histogram') expect(name).toMatch(/_(seconds|size)$/);
    }
    const events = [...text.matchAll(/event="([^"]+)"/g)].map(([, event = '']) => event);
    for (const event of events) expect([...Object.keys(contract.clientEvents), 'other']).toContain(event);
  });

  it('are all that the dashboard and the alerts ask for', async () => {
    const scraped = await scrape(server.url);
    const known = new Set(scraped.map(({ name }) => name));
    const labelled = new Set(
      scraped.flatMap(({ name, labels }) => labelsIn(labels).map((label) => `${name} ${label}`)),
    );
    const dashboard = JSON.parse(readFileSync('deploy/grafana/parley.json', 'utf8')) as {
      panels: { targets?: { expr: string }[] }[];
    };
    const rules = parse(readFileSync('deploy/prometheus/parley.rules.yml', 'utf8')) as {
      groups: { rules: { alert: string; expr: string; annotations: { summary: string } }[] }[];
    };
    const alerts = rules.groups.flatMap(({ rules }) => rules);
    for (const { annotations } of alerts) expect(annotations).toEqual({ summary: expect.stringMatching(/\.$/) });
    const expressions = [...dashboard.panels.flatMap(({ targets = [] }) => targets), ...alerts].map(({ expr }) => expr);
    expect(expressions.length).toBeGreaterThan(30);
    for (const expression of expressions) {
      for (const [name] of expression.matchAll(/\b(parley|nodejs|process)_[a-z0-9_]+/g)) {
        expect(known.has(name), name).toBe(true);
      }
      for (const [, name = '', selector = ''] of expression.matchAll(/\b((?:parley|nodejs)_[a-z0-9_]+)\{([^}]*)\}/g)) {
        for (const label of labelsIn(selector).filter((one) => one !== 'instance')) {
          expect(labelled.has(`${name} ${label}`), `${name} ${label}`).toBe(true);
        }
      }
      // What is grouped by is a label of the first metric in it.
      for (const [, by = '', name = ''] of expression.matchAll(/sum by \(([^)]*)\) \(rate\(([a-z0-9_]+)/g)) {
        for (const label of by.split(', ').filter((one) => one !== 'instance')) {
          expect(labelled.has(`${name} ${label}`), `${name} by ${label}`).toBe(true);
        }
      }
    }
  });
});

describe('who may read metrics', () => {
  const statusOf = async (env: Record<string, string>, authorization?: string): Promise<number> => {
    const server = await startServer(env);
    const headers = authorization === undefined ? {} : { authorization };
    const { status } = await fetch(`${server.url}/metrics`, { headers });
    await server.stop();
    return status;
  };
  const METRICS_TOKEN = 'a token for metrics';

  it.each([
    ['anybody, where there is no token', {}, undefined, 200],
    ['nobody, where they are off', { METRICS: 'off' }, undefined, 404],
    ['whoever has the token', { METRICS_TOKEN }, `Bearer ${METRICS_TOKEN}`, 200],
    ['nobody else', { METRICS_TOKEN }, undefined, 404],
    ['nobody with another one', { METRICS_TOKEN }, `Bearer ${METRICS_TOKEN}s`, 404],
  ])('%s', async (_who, env, authorization, status) => {
    expect(await statusOf(env, authorization)).toBe(status);
  });
});
