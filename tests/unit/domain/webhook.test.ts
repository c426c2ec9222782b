import { describe, expect, it } from 'vitest';
import {
  ATTEMPTS_MAX,
  chanceOf,
  pauseMs,
  secretOf,
  secretsAt,
  wants,
  WEBHOOK_EVENTS,
} from '../../../src/domain/webhook/webhook.ts';
import { aSecret, aWebhook } from '../../support/builders.ts';

describe('the times of attempts', () => {
  const all = (chance: number, askedMs: number | null = null) =>
    Array.from({ length: ATTEMPTS_MAX }, (_, index) => pauseMs(index + 1, { chance, askedMs }));

  it('grow from seconds to a day, and end', () => {
    const [s, m, h] = [1_000, 60_000, 3_600_000];
    const plain = [5 * s, 5 * m, 30 * m, 2 * h, 5 * h, 10 * h, 14 * h, 20 * h, 24 * h];
    expect(all(0)).toEqual([...plain, null]);
    expect(all(1)).toEqual([...plain.map((ms) => ms * 1.2), null]);
  });

  it('are as late as the consumer asks, within a day', () => {
    expect(pauseMs(1, { chance: 0, askedMs: 60_000 })).toBe(60_000);
    expect(pauseMs(3, { chance: 0, askedMs: 60_000 })).toBe(1_800_000);
    expect(pauseMs(1, { chance: 0, askedMs: 1e12 })).toBe(86_400_000);
    expect(pauseMs(ATTEMPTS_MAX, { chance: 0, askedMs: 60_000 })).toBeNull();
  });

  it('are spread by the random end of an id', () => {
    expect(chanceOf('018bcfe5-687b-7000-8000-000000000000')).toBe(0);
    expect(chanceOf('018bcfe5-687b-7000-8000-000080000000')).toBe(0.5);
    expect(chanceOf('018bcfe5-687b-7000-8000-0000ffffffff')).toBeLessThan(1);
  });
});

describe('a webhook', () => {
  it('wants all events, or those that it names', () => {
    expect(wants({ events: null }, { type: 'mute_lifted' })).toBe(true);
    const some = { events: [WEBHOOK_EVENTS.message, WEBHOOK_EVENTS.member_joined] };
    expect(wants(some, { type: 'message' })).toBe(true);
    expect(wants(some, { type: 'member_left' })).toBe(false);
    expect(wants({ events: [] }, { type: 'message' })).toBe(false);
  });

  it('has names for events that say one thing each', () => {
    const names = Object.values(WEBHOOK_EVENTS);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z]+\.[a-z_]+$/);
  });

  it('signs with the old secret too, until its time is over', () => {
    const webhook = aWebhook({ previousSecret: 'whsec_old', previousUntilMs: 100 });
    expect(secretsAt(webhook, 99)).toEqual([webhook.secret, 'whsec_old']);
    expect(secretsAt(webhook, 100)).toEqual([webhook.secret]);
    expect(secretsAt(aWebhook(), 0)).toHaveLength(1);
  });

  it('has a secret of 32 bytes in plain base64', () => {
    const secret = secretOf(`${'-_'.repeat(21)}8`);
    expect(secret).toBe(`whsec_${'+/'.repeat(21)}8=`);
    expect(Buffer.from(secretOf(aSecret()).slice(6), 'base64')).toHaveLength(32);
  });
});
