import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { PresenceRegistry } from '../../src/application/ports/index.ts';
import type { UserId } from '../../src/domain/user/user.ts';
import { aUserId } from '../support/builders.ts';
import { inParallel } from './concurrency.ts';

export interface PresenceHarness {
  /** Look it up for every use: `reset` may put another one here. */
  registry: PresenceRegistry;
  /** Forgets everybody. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

type Current = () => PresenceRegistry;

export function presenceRegistryContract(adapter: string, open: () => Promise<PresenceHarness>): void {
  describe(`PresenceRegistry contract: ${adapter}`, () => {
    let harness: PresenceHarness;
    beforeAll(async () => {
      harness = await open();
    });
    beforeEach(() => harness.reset());
    afterAll(() => harness.close());
    const current = () => harness.registry;
    edges(current);
    repeats(current);
    races(current);
    lists(current);
    anyMix(current);
  });
}

function edges(current: Current): void {
  it('says online at the first device and offline at the last', async () => {
    const ann = aUserId();
    expect(await current().connected(ann, 'phone')).toBe('online');
    expect(await current().connected(ann, 'laptop')).toBeNull();
    expect(await current().disconnected(ann, 'phone')).toBeNull();
    expect(await current().disconnected(ann, 'laptop')).toBe('offline');
    expect(await current().connected(ann, 'tablet')).toBe('online');
  });

  it('keeps users apart', async () => {
    const [ann, bob] = [aUserId(), aUserId()];
    expect(await current().connected(ann, 'a')).toBe('online');
    expect(await current().connected(bob, 'b')).toBe('online');
    expect(await current().disconnected(ann, 'b')).toBeNull();
    expect(await current().disconnected(bob, 'b')).toBe('offline');
    expect([...(await current().onlineAmong([ann, bob]))]).toEqual([ann]);
  });
}

function repeats(current: Current): void {
  it('takes a repeated connection for one', async () => {
    const ann = aUserId();
    expect(await current().connected(ann, 'phone')).toBe('online');
    expect(await current().connected(ann, 'phone')).toBeNull();
    expect(await current().disconnected(ann, 'phone')).toBe('offline');
    expect(await current().disconnected(ann, 'phone')).toBeNull();
    expect((await current().onlineAmong([ann])).size).toBe(0);
  });

  it('is not changed by the end of unknown connections', async () => {
    const ann = aUserId();
    expect(await current().disconnected(ann, 'phone')).toBeNull();
    await current().connected(ann, 'phone');
    expect(await current().disconnected(ann, 'laptop')).toBeNull();
    expect((await current().onlineAmong([ann])).has(ann)).toBe(true);
    expect(current().localUsers()).toEqual([ann]);
  });
}

function races(current: Current): void {
  it('has one edge however many devices come or go at the same time', async () => {
    const ann = aUserId();
    const came = await inParallel(10, (index) => current().connected(ann, `device ${index}`));
    expect(came.filter((edge) => edge !== null)).toEqual(['online']);
    const went = await inParallel(10, (index) => current().disconnected(ann, `device ${index}`));
    expect(went.filter((edge) => edge !== null)).toEqual(['offline']);
  });
}

function lists(current: Current): void {
  it('names those of the given users that are online, and no others', async () => {
    const [ann, bob, eve, dan] = [aUserId(), aUserId(), aUserId(), aUserId()];
    for (const user of [ann, bob, eve]) await current().connected(user, `of ${user}`);
    await current().disconnected(bob, `of ${bob}`);
    expect(await current().onlineAmong([dan, ann, bob, ann])).toEqual(new Set([ann]));
    expect(await current().onlineAmong([])).toEqual(new Set());
    expect(await current().onlineAmong([eve, ann])).toEqual(new Set([ann, eve]));
  });

  it('names everybody who is connected here, once', async () => {
    const [ann, bob] = [aUserId(), aUserId()];
    expect(current().localUsers()).toEqual([]);
    for (const device of ['phone', 'laptop']) for (const user of [ann, bob]) await current().connected(user, device);
    expect([...current().localUsers()].sort()).toEqual([ann, bob]);
    await current().disconnected(ann, 'phone');
    expect([...current().localUsers()].sort()).toEqual([ann, bob]);
    await current().disconnected(ann, 'laptop');
    expect(current().localUsers()).toEqual([bob]);
  });
}

function anyMix(current: Current): void {
  const fact = fc.record({ comes: fc.boolean(), user: fc.nat(1), device: fc.nat(2) });

  it('tells edges that alternate and agree with who is online, whatever happens', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fact, { maxLength: 30 }), async (facts) => {
        const users: readonly UserId[] = [aUserId(), aUserId()];
        const devices = users.map(() => new Set<number>());
        for (const { comes, user, device } of facts) {
          const own = devices[user]!;
          const wasOnline = own.size > 0;
          if (comes) own.add(device);
          else own.delete(device);
          const expected = wasOnline === own.size > 0 ? null : comes ? 'online' : 'offline';
          const call = comes ? 'connected' : 'disconnected';
          expect(await current()[call](users[user]!, `${user}-${device}`)).toBe(expected);
          const online = users.filter((_, index) => devices[index]!.size > 0);
          expect(await current().onlineAmong(users)).toEqual(new Set(online));
        }
      }),
      { numRuns: 20 },
    );
  });
}
