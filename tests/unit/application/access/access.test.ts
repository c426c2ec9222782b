import { describe, expect, it } from 'vitest';
import { MembershipCache } from '../../../../src/application/access/membership-cache.ts';
import { SessionGuard } from '../../../../src/application/access/session-guard.ts';
import type { MembershipStore, SessionStore } from '../../../../src/application/ports/index.ts';
import { aMember, aRoom, aSession, aUserId } from '../../../support/builders.ts';
import { createCore, refusal } from '../../../support/harness/core.ts';

/** A store that counts how often it is asked, and can be made to answer late or not at all. */
function watched<T extends object, K extends keyof T & string>(store: T, method: K) {
  const state = { calls: 0, broken: false, gate: null as Promise<void> | null };
  const proxy = new Proxy(store, {
    get: (target, key) => {
      const original = Reflect.get(target, key) as (...args: unknown[]) => Promise<unknown>;
      if (key !== method) return original.bind(target);
      return async (...args: unknown[]) => {
        state.calls += 1;
        if (state.broken) throw new Error('the database is down');
        const answer = await original.apply(target, args);
        await state.gate;
        return answer;
      };
    },
  });
  return { store: proxy, state };
}

async function aCache() {
  const { persistence, scheduler, clock } = createCore();
  const { store, state } = watched<MembershipStore, 'standing'>(persistence.members, 'standing');
  const [{ id: roomId }, userId] = [aRoom(), aUserId()];
  await persistence.rooms.insert(aRoom({ id: roomId }));
  await persistence.members.insert(aMember({ roomId, userId, role: 'admin' }));
  const cache = new MembershipCache({ members: store, clock });
  const roleOf = async (id = userId) => (await cache.standingOf(roomId, id))?.role ?? null;
  return { cache, state, roomId, userId, roleOf, members: persistence.members, scheduler };
}

describe('the memory of memberships', () => {
  it('asks once for a member, also when asked many times at once, and again after a while', async () => {
    const { state, scheduler, roleOf } = await aCache();
    const roles = await Promise.all(Array.from({ length: 10 }, () => roleOf()));
    expect(new Set(roles)).toEqual(new Set(['admin']));
    expect(state.calls).toBe(1);
    await scheduler.advance(5_000);
    expect(await roleOf()).toBe('admin');
    expect(state.calls).toBe(2);
  });

  it('never remembers that somebody is no member', async () => {
    const { roomId, members, roleOf } = await aCache();
    const userId = aUserId();
    expect(await roleOf(userId)).toBeNull();
    await members.insert(aMember({ roomId, userId }));
    expect(await roleOf(userId)).toBe('member');
  });

  it('forgets at once', async () => {
    const { cache, roomId, userId, members, roleOf } = await aCache();
    await roleOf();
    await members.remove(roomId, userId);
    cache.forget(roomId, userId);
    expect(await roleOf()).toBeNull();
  });

  it('forgets a whole room at once', async () => {
    const { cache, roomId, state, roleOf } = await aCache();
    await roleOf();
    cache.forgetRoom(roomId);
    await roleOf();
    expect(state.calls).toBe(2);
  });

  it('answers in the order in which it was asked, also when a later answer is there first', async () => {
    const { cache, state, roomId, userId, roleOf } = await aCache();
    let release = () => {};
    state.gate = new Promise((resolve) => (release = resolve));
    const order: string[] = [];
    const first = roleOf().then(() => order.push('first'));
    await Promise.resolve();
    cache.forget(roomId, userId);
    state.gate = null;
    const second = roleOf().then(() => order.push('second'));
    await new Promise((resolve) => setImmediate(resolve));
    expect(order).toEqual([]);
    release();
    await Promise.all([first, second]);
    expect(order).toEqual(['first', 'second']);
  });

  it('does not keep what was read before a change and arrives after it', async () => {
    const { cache, state, roomId, userId, members, roleOf } = await aCache();
    let release = () => {};
    state.gate = new Promise((resolve) => (release = resolve));
    const early = roleOf();
    await Promise.resolve();
    await members.remove(roomId, userId);
    cache.forget(roomId, userId);
    release();
    state.gate = null;
    await early;
    expect(await roleOf()).toBeNull();
  });

  it('does not remember a failure', async () => {
    const { state, roleOf } = await aCache();
    state.broken = true;
    await expect(roleOf()).rejects.toThrow('the database is down');
    state.broken = false;
    expect(await roleOf()).toBe('admin');
  });
});

async function aGuard() {
  const { persistence, tokens, clock, scheduler } = createCore();
  const { store, state } = watched<SessionStore, 'liveAmong'>(persistence.sessions, 'liveAmong');
  const session = aSession({ createdAtMs: clock.nowMs() });
  await persistence.sessions.insert(session);
  const { token } = tokens.issue({ userId: session.userId, sessionId: session.id });
  const guard = new SessionGuard({ sessions: store, tokens, clock });
  const end = () => persistence.sessions.end(session.id, clock.nowMs());
  return { guard, state, session, token, tokens, end, scheduler };
}

describe('the guard of sessions', () => {
  it('knows whose token it is', async () => {
    const { guard, session, token } = await aGuard();
    expect(await guard.authenticate(token)).toMatchObject({ userId: session.userId, sessionId: session.id });
  });

  it('asks once a second at most while the session lives', async () => {
    const { guard, state, token, scheduler } = await aGuard();
    for (let elapsedMs = 0; elapsedMs < 1_000; elapsedMs += 100) {
      await Promise.all([guard.authenticate(token), guard.authenticate(token)]);
      await scheduler.advance(100);
    }
    expect(state.calls).toBe(1);
    await guard.authenticate(token);
    expect(state.calls).toBe(2);
  });

  it('refuses at once after it was told of the end, and within a second without', async () => {
    const { guard, session, token, end, scheduler } = await aGuard();
    await guard.authenticate(token);
    await end();
    await scheduler.advance(1_000);
    await expect(guard.authenticate(token)).rejects.toEqual(refusal('UNAUTHENTICATED'));
    const other = await aGuard();
    await other.guard.authenticate(other.token);
    await other.end();
    other.guard.forget(other.session.id);
    await expect(other.guard.authenticate(other.token)).rejects.toEqual(refusal('UNAUTHENTICATED'));
    expect(session.endedAtMs).toBeNull();
  });

  it('refuses junk, an expired token, and one of a session that does not exist', async () => {
    const { guard, token, tokens, scheduler } = await aGuard();
    for (const junk of ['', 'junk', `${token}x`]) {
      await expect(guard.authenticate(junk)).rejects.toEqual(refusal('UNAUTHENTICATED'));
    }
    const { id, userId } = aSession();
    const orphan = tokens.issue({ userId, sessionId: id });
    await expect(guard.authenticate(orphan.token)).rejects.toEqual(refusal('UNAUTHENTICATED'));
    await scheduler.advance(3_600_000);
    await expect(guard.authenticate(token)).rejects.toEqual(refusal('TOKEN_EXPIRED'));
  });

  it('does not take a database that is down for the end of a session', async () => {
    const { guard, state, token } = await aGuard();
    state.broken = true;
    await expect(guard.authenticate(token)).rejects.toThrow('the database is down');
    state.broken = false;
    expect(await guard.authenticate(token)).toBeDefined();
  });
});
