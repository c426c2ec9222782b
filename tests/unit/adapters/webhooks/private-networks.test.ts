import type { LookupAddress } from 'node:dns';
import { describe, expect, it } from 'vitest';
import { checkedLookup } from '../../../../src/adapters/outbound/webhooks/checked-lookup.ts';
import { HttpWebhookSender } from '../../../../src/adapters/outbound/webhooks/http-webhook-sender.ts';
import { isPublicAddress } from '../../../../src/adapters/outbound/webhooks/public-addresses.ts';
import { SystemClock } from '../../../../src/adapters/outbound/system/system-clock.ts';
import { aMessageEntry } from '../../../support/builders.ts';
import { startConsumer } from '../../../support/harness/consumer.ts';

const clock = new SystemClock();
const request = (url: string) => ({ url, id: 'id', secrets: ['whsec_AAAA'], entry: aMessageEntry() });
const found = (...addresses: string[]): LookupAddress[] =>
  addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));

describe('addresses', () => {
  it.each([
    '0.0.0.0',
    '10.0.0.1',
    '100.64.0.1',
    '100.100.100.200',
    '127.0.0.1',
    '127.255.255.254',
    '168.63.129.16',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.192',
    '192.168.1.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::127.0.0.1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::ffff:8.8.8.8',
    '::ffff:0:127.0.0.1',
    '64:ff9b::7f00:1',
    '64:ff9b:1::a00:1',
    '100::1',
    '2001::1',
    '2001:db8::1',
    '2002:7f00:1::1',
    'fc00::1',
    'fd00:ec2::254',
    'fe80::1',
    'fec0::1',
    'ff02::1',
    'localhost',
    '',
  ])('takes %s for private', (address) => expect(isPublicAddress(address)).toBe(false));

  it.each(['8.8.8.8', '1.1.1.1', '100.128.0.1', '172.32.0.1', '2606:4700:4700::1111', '2a00:1450:4001::1'])(
    'takes %s for public',
    (address) => expect(isPublicAddress(address)).toBe(true),
  );
});

describe('URLs of webhooks', () => {
  const sender = new HttpWebhookSender({ clock, allowPrivate: false });
  const free = new HttpWebhookSender({ clock, allowPrivate: true });

  it.each([
    'https://127.0.0.1/',
    'https://127.0.0.1./',
    'https://2130706433/',
    'https://0x7f000001/',
    'https://0177.0.0.1/',
    'https://0x7f.1/',
    'https://127.1/',
    'https://0/',
    'https://\uff11\uff12\uff17.0.0.1/',
    'https://[::1]/',
    'https://[::]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::ffff:169.254.169.254]/',
    'https://[64:ff9b::10.0.0.1]/',
    'https://169.254.169.254/latest/meta-data/',
  ])('refuses %s, however it is spelt, and never connects', async (url) => {
    expect(sender.refusalOf(url)).toContain('not public');
    expect((await sender.send(request(url))).problem).toContain('not public');
    expect(free.refusalOf(url)).toBeNull();
  });

  it.each(['http://consumer.example/', 'ftp://consumer.example/', 'file:///etc/passwd', 'nonsense', ''])(
    'refuses %s',
    (url) => expect(sender.refusalOf(url)).toContain('https'),
  );

  it('refuses credentials, also where private networks are allowed', () => {
    for (const one of [sender, free]) expect(one.refusalOf('https://user:secret@consumer.example/')).toContain('user');
  });

  it('takes names and public addresses', () => {
    for (const url of ['https://consumer.example:8443/hook?a=b', 'https://8.8.8.8/', 'https://[2606:4700::1]/']) {
      expect(sender.refusalOf(url)).toBeNull();
    }
  });

  it.each(['localhost', 'localhost.', 'consumer.example', 'mixed.example'])(
    'does not connect to %s, which leads to a private network',
    async (host) => {
      const consumer = await startConsumer();
      const { port } = new URL(consumer.url);
      const addresses = host === 'mixed.example' ? found('8.8.8.8', '127.0.0.1') : found('127.0.0.1');
      const one = new HttpWebhookSender({
        clock,
        allowPrivate: false,
        resolve: (_host, done) => done(null, addresses),
      });
      const answer = await one.send(request(`https://${host}:${port}/`));
      expect(answer).toMatchObject({ status: null, problem: 'The host has an address that is not public.' });
      await consumer.close();
    },
  );
});

describe('the lookup', () => {
  const ask = (addresses: LookupAddress[], options: { all?: boolean; family?: number }) =>
    new Promise((resolve) => {
      const lookup = checkedLookup((_host, done) => done(null, addresses));
      lookup('consumer.example', options, (error, address, family) => resolve(error ?? [address, family]));
    });

  it('gives the addresses that it has checked', async () => {
    const both = found('8.8.8.8', '2606:4700::1');
    expect(await ask(both, { all: true })).toEqual([both, undefined]);
    expect(await ask(both, {})).toEqual(['8.8.8.8', 4]);
    expect(await ask(both, { family: 6 })).toEqual(['2606:4700::1', 6]);
  });

  it('refuses a name with one private address among public ones, of either family', async () => {
    for (const hidden of ['10.0.0.1', '::1', '::ffff:10.0.0.1']) {
      for (const options of [{ all: true }, { family: 4 }, {}]) {
        expect(await ask(found('8.8.8.8', hidden), options)).toMatchObject({ code: 'FORBIDDEN_ADDRESS' });
      }
    }
    expect(await ask([], {})).toBeInstanceOf(Error);
  });
});
