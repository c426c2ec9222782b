import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../../src/adapters/outbound/memory/manual-clock.ts';
import { SequentialIds } from '../../../../src/adapters/outbound/memory/sequential-ids.ts';
import { UuidIds } from '../../../../src/adapters/outbound/system/uuid-ids.ts';

const timeOf = (id: string): number => Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
const make = (ids: UuidIds, count: number): string[] => Array.from({ length: count }, () => ids.uuid());
const firstDisorder = (made: readonly string[]): number =>
  made.findIndex((id, index) => index > 0 && id <= (made[index - 1] ?? ''));

describe('UuidIds', () => {
  it('writes the time into the first 48 bits', () => {
    const clock = new ManualClock();
    const ids = new UuidIds({ clock });
    for (const ms of [0, 1, 999, 86_400_000]) {
      clock.advance(ms);
      expect(timeOf(ids.uuid())).toBe(clock.nowMs());
    }
  });

  it('stays ascending while the clock stands still, beyond what one millisecond can count', () => {
    const clock = new ManualClock();
    const made = make(new UuidIds({ clock }), 20_000);
    expect(firstDisorder(made)).toBe(-1);
    // The ids of 20,000 in one millisecond borrow from the next ten, not from the next minutes.
    expect(timeOf(made.at(-1) ?? '') - clock.nowMs()).toBeLessThanOrEqual(10);
  });

  it('leaves room for 2,048 ids in every millisecond', () => {
    const clock = new ManualClock();
    const ids = new UuidIds({ clock });
    for (let ms = 0; ms < 200; ms += 1) {
      clock.advance(1);
      expect(timeOf(make(ids, 2_048).at(-1) ?? '')).toBe(clock.nowMs());
    }
  });

  it('stays ascending when the clock is put back, and follows it again later', () => {
    const clock = new ManualClock();
    const ids = new UuidIds({ clock });
    const made = make(ids, 3);
    const startedMs = clock.nowMs();
    clock.set(startedMs - 3_600_000);
    made.push(...make(ids, 10_000));
    clock.set(startedMs + 60_000);
    made.push(...make(ids, 3));
    expect(firstDisorder(made)).toBe(-1);
    expect(timeOf(made.at(-1) ?? '')).toBe(startedMs + 60_000);
  });

  it('takes a clock with fractions', () => {
    const clock = new ManualClock(1_700_000_000_000.7);
    expect(timeOf(new UuidIds({ clock }).uuid())).toBe(1_700_000_000_000);
  });

  it('makes other ids than another process in the same millisecond', () => {
    const clock = new ManualClock();
    const made = Array.from({ length: 200 }, () => make(new UuidIds({ clock }), 50)).flat();
    expect(new Set(made).size).toBe(made.length);
    const tails = new Set(made.map((id) => id.slice(19)));
    expect(tails.size).toBe(made.length);
  });

  it('draws all of its 62 random bits', () => {
    const made = make(new UuidIds({ clock: new ManualClock() }), 20_000);
    const bits = made.map((id) => BigInt(`0x${id.slice(19).replace('-', '')}`));
    for (let bit = 0n; bit < 62n; bit += 1n) {
      const ones = bits.filter((value) => (value >> bit) & 1n).length;
      expect(Math.abs(ones - 10_000), `bit ${bit}`).toBeLessThan(750);
    }
    expect(new Set(bits.map((value) => value >> 62n))).toEqual(new Set([2n]));
  });
});

describe('SequentialIds', () => {
  it('makes the same ids in every run, and others under another name', () => {
    const run = (name?: string) => {
      const ids = new SequentialIds(name);
      return [ids.uuid(), ids.uuid(), ids.secret(), ids.secret()];
    };
    expect(run()).toEqual(run());
    expect(new Set([...run(), ...run('second node')]).size).toBe(8);
  });
});
