import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HttpWebhookSender } from '../../../../src/adapters/outbound/webhooks/http-webhook-sender.ts';
import { SystemClock } from '../../../../src/adapters/outbound/system/system-clock.ts';
import { aMessageEntry, aSecret } from '../../../support/builders.ts';
import { secretOf } from '../../../../src/domain/webhook/webhook.ts';
import { startConsumer, verify, type Consumer } from '../../../support/harness/consumer.ts';

const clock = new SystemClock();
const secret = secretOf(aSecret());
const secrets = [secret];
const entry = aMessageEntry({ content: 'h\u00e9llo \u{1f600} "' });

describe('the sender of webhooks', () => {
  let consumer: Consumer;
  beforeEach(async () => {
    consumer = await startConsumer();
  });
  afterEach(() => consumer.close());
  const sender = (attemptMsMax?: number) =>
    new HttpWebhookSender({ clock, allowPrivate: true, ...(attemptMsMax === undefined ? {} : { attemptMsMax }) });
  const sent = (by = sender()) => by.send({ url: consumer.url, id: 'id_1', secrets, entry });

  it('signs the bytes that it sends, so that a consumer with the library takes them', async () => {
    expect(await sent()).toEqual({ status: 204, retryAfterMs: null, problem: null });
    const [received] = consumer.received;
    expect(verify(received!, secret)).toMatchObject({
      type: 'message.created',
      timestamp: new Date(entry.createdAtMs).toISOString(),
      data: { type: 'message', id: entry.id, roomId: entry.roomId, seq: entry.seq, content: entry.content },
    });
    expect(received?.headers).toMatchObject({ 'webhook-id': 'id_1', 'content-type': 'application/json' });
    expect(() => verify({ ...received!, raw: `${received!.raw} ` }, secret)).toThrow(/signature/i);
    expect(() => verify(received!, secretOf(aSecret()))).toThrow(/signature/i);
  });

  it('signs with each of the secrets while one follows the other', async () => {
    const next = secretOf(aSecret());
    await sender().send({ url: consumer.url, id: 'id_1', secrets: [next, secret], entry });
    const [received] = consumer.received;
    expect(verify(received!, secret)).toEqual(verify(received!, next));
  });

  it.each([
    ['a redirect, which it does not follow', (r: ServerResponse) => r.writeHead(302, { location: '/' }).end(), 302],
    ['an error', (r: ServerResponse) => r.writeHead(500).end('no'), 500],
    ['an answer that is longer than anybody reads', (r: ServerResponse) => r.end(Buffer.alloc(1_000_000)), 200],
  ])('gives the status of %s', async (_, respond, status) => {
    consumer.respond = respond;
    expect(await sent()).toMatchObject({ status, problem: null });
    expect(consumer.received).toHaveLength(1);
  });

  it.each([
    ['120', 120_000],
    ['-1', null],
    ['soon', null],
    ['9999999999', null],
    [new Date(0).toUTCString(), null],
  ])('reads Retry-After: %s', async (value, ms) => {
    consumer.respond = (response) => response.writeHead(429, { 'retry-after': value }).end();
    expect(await sent()).toEqual({ status: 429, retryAfterMs: ms, problem: null });
  });

  it('does not wait for ever, neither for the answer nor for the end of it', async () => {
    const late = { status: null, retryAfterMs: null, problem: 'There was no answer in time.' };
    consumer.respond = () => undefined;
    expect(await sent(sender(50))).toEqual(late);
    consumer.respond = (response) => response.writeHead(200).write('a');
    expect(await sent(sender(50))).toEqual(late);
  });

  it('stops when it is told to', async () => {
    const stop = new AbortController();
    consumer.respond = () => stop.abort();
    const request = { url: consumer.url, id: 'id_1', secrets, entry };
    expect(await sender().send(request, stop.signal)).toMatchObject({ status: null });
  });

  it('keeps its connection, and sends again when the consumer had closed it', async () => {
    const one = sender();
    const ports: (number | undefined)[] = [];
    consumer.respond = (response) => {
      ports.push(response.socket?.remotePort);
      response.end('ok');
    };
    await sent(one);
    await sent(one);
    expect(new Set(ports).size).toBe(1);
    consumer.respond = (response) => {
      if (response.socket?.remotePort === ports[0]) response.socket?.destroy();
      else response.end('ok');
    };
    expect(await sent(one)).toMatchObject({ status: 200 });
  });

  it('tells when nobody is there', async () => {
    await consumer.close();
    expect(await sent()).toEqual({ status: null, retryAfterMs: null, problem: 'There was no answer (ECONNREFUSED).' });
    consumer = await startConsumer();
  });
});
