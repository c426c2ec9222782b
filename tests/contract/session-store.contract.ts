import { describe, expect, it } from 'vitest';
import type { Session } from '../../src/domain/session/session.ts';
import { aDigest, aSession, aSessionId, aTimeMs, aUserId } from '../support/builders.ts';
import { countTrue, inParallel } from './concurrency.ts';
import { usePersistence, type CurrentPersistence, type OpenPersistence } from './persistence-harness.ts';
import { storedSession, storedUser } from './seed.ts';

export function sessionStoreContract(adapter: string, open: OpenPersistence): void {
  describe(`SessionStore contract: ${adapter}`, () => {
    const current = usePersistence(open);
    lookups(current);
    adopting(current);
    rotation(current);
    ending(current);
    endingAll(current);
    liveSessions(current);
  });
}

function lookups(current: CurrentPersistence): void {
  it('gives back every field as it was, to the millisecond', async () => {
    const live = await storedSession(current(), {
      createdAtMs: 1_700_000_000_001,
      usedAtMs: 1_700_000_000_999,
      expiresAtMs: 1_800_000_000_010,
      userAgent: 'Mozilla/5.0 (\u{1f4f1}; "it\'s" \\ %_ ?) \u05e9',
    });
    const ended = await storedSession(current(), { endedAtMs: 1_700_000_000_909, userAgent: '' });
    expect(await current().sessions.byId(live.id)).toEqual(live);
    expect(await current().sessions.byId(ended.id)).toEqual(ended);
  });

  it('answers null for an unknown id', async () => {
    await storedSession(current());
    expect(await current().sessions.byId(aSessionId())).toBeNull();
  });
}

function adopting(current: CurrentPersistence): void {
  it('is inserted once, whoever else tries at the same time', async () => {
    const session = aSession({ userId: (await storedUser(current())).id });
    await inParallel(5, () => current().sessions.insertOnce(session));
    await current().sessions.end(session.id, session.createdAtMs + 1);
    await current().sessions.insertOnce(session);
    expect(await current().sessions.byId(session.id)).toEqual({ ...session, endedAtMs: session.createdAtMs + 1 });
  });

  it("is forgotten when it has expired, and nobody else's with it", async () => {
    const { id: userId } = await storedUser(current());
    const expiring = (expiresAtMs: number) => storedSession(current(), { userId, createdAtMs: 1_000, expiresAtMs });
    const [past, now, ahead] = [await expiring(1_999), await expiring(2_000), await expiring(2_001)];
    const other = await storedSession(current(), { createdAtMs: 1_000, expiresAtMs: 1_999 });
    await current().sessions.forgetExpired(userId, 2_000);
    const left = await Promise.all([past, now, ahead, other].map(({ id }) => current().sessions.byId(id)));
    expect(left).toEqual([null, null, ahead, other]);
  });
}

const aRotation = (from: string) => ({ from, to: aDigest(), usedAtMs: aTimeMs(), expiresAtMs: aTimeMs() + 99_001 });

function rotation(current: CurrentPersistence): void {
  it('replaces the digest and the times, and nothing else', async () => {
    const session = await storedSession(current());
    const other = await storedSession(current(), { userId: session.userId });
    const { from, to, ...times } = aRotation(session.refreshDigest);
    expect(await current().sessions.rotate(session.id, { from, to, ...times })).toBe(true);
    expect(await current().sessions.byId(session.id)).toEqual({ ...session, refreshDigest: to, ...times });
    expect(await current().sessions.byId(other.id)).toEqual(other);
  });

  it('refuses a spent digest, another one, and that of another session', async () => {
    const session = await storedSession(current());
    const other = await storedSession(current());
    await current().sessions.rotate(session.id, aRotation(session.refreshDigest));
    const now = await current().sessions.byId(session.id);
    for (const from of [session.refreshDigest, aDigest(), other.refreshDigest]) {
      expect(await current().sessions.rotate(session.id, aRotation(from))).toBe(false);
    }
    expect(await current().sessions.byId(session.id)).toEqual(now);
  });

  it('refuses an ended session and an unknown one', async () => {
    const session = await storedSession(current());
    await current().sessions.end(session.id, aTimeMs());
    const ended = await current().sessions.byId(session.id);
    expect(await current().sessions.rotate(session.id, aRotation(session.refreshDigest))).toBe(false);
    expect(await current().sessions.byId(session.id)).toEqual(ended);
    expect(await current().sessions.rotate(aSessionId(), aRotation(session.refreshDigest))).toBe(false);
  });

  it('lets exactly one of parallel rotations from one digest through', async () => {
    const session = await storedSession(current());
    const rotations = Array.from({ length: 12 }, () => aRotation(session.refreshDigest));
    const outcomes = await Promise.all(rotations.map((change) => current().sessions.rotate(session.id, change)));
    expect(countTrue(outcomes)).toBe(1);
    const winner = rotations[outcomes.indexOf(true)];
    expect((await current().sessions.byId(session.id))?.refreshDigest).toBe(winner?.to);
  });

  it('takes a rotation to the very same values for a rotation', async () => {
    const session = await storedSession(current());
    const { refreshDigest, usedAtMs, expiresAtMs } = session;
    const change = { from: refreshDigest, to: refreshDigest, usedAtMs, expiresAtMs };
    expect(await current().sessions.rotate(session.id, change)).toBe(true);
  });
}

function ending(current: CurrentPersistence): void {
  it('ends a session once; the first end stays', async () => {
    const session = await storedSession(current());
    const other = await storedSession(current(), { userId: session.userId });
    const atMs = aTimeMs();
    expect(await current().sessions.end(session.id, atMs)).toBe(true);
    expect(await current().sessions.end(session.id, aTimeMs())).toBe(false);
    expect(await current().sessions.byId(session.id)).toEqual({ ...session, endedAtMs: atMs });
    expect(await current().sessions.byId(other.id)).toEqual(other);
    expect(await current().sessions.end(aSessionId(), atMs)).toBe(false);
  });

  it('is true for exactly one of parallel ends', async () => {
    const session = await storedSession(current());
    const times = Array.from({ length: 10 }, () => aTimeMs());
    const outcomes = await Promise.all(times.map((atMs) => current().sessions.end(session.id, atMs)));
    expect(countTrue(outcomes)).toBe(1);
    expect((await current().sessions.byId(session.id))?.endedAtMs).toBe(times[outcomes.indexOf(true)]);
  });
}

const idsOf = (sessions: readonly Session[]) => sessions.map((session) => session.id);

function endingAll(current: CurrentPersistence): void {
  it('ends every live session of the user but the exception, and says which', async () => {
    const { id: userId } = await storedUser(current());
    const kept = await storedSession(current(), { userId });
    const ended = await storedSession(current(), { userId, endedAtMs: aTimeMs() });
    const ending = [await storedSession(current(), { userId }), await storedSession(current(), { userId })];
    const other = await storedSession(current());
    const atMs = aTimeMs();
    expect((await current().sessions.endAll(userId, atMs, kept.id)).toSorted()).toEqual(idsOf(ending));
    for (const session of ending) {
      expect(await current().sessions.byId(session.id)).toEqual({ ...session, endedAtMs: atMs });
    }
    for (const session of [kept, ended, other]) expect(await current().sessions.byId(session.id)).toEqual(session);
  });

  it('without an exception ends all of them, once', async () => {
    const { id: userId } = await storedUser(current());
    const sessions = [await storedSession(current(), { userId }), await storedSession(current(), { userId })];
    expect((await current().sessions.endAll(userId, aTimeMs())).toSorted()).toEqual(idsOf(sessions));
    expect(await current().sessions.endAll(userId, aTimeMs())).toEqual([]);
    expect(await current().sessions.liveOf(userId, aTimeMs())).toEqual([]);
    expect(await current().sessions.endAll(aUserId(), aTimeMs())).toEqual([]);
  });

  it('does not count an expired session among those it ended', async () => {
    const { id: userId } = await storedUser(current());
    const live = await storedSession(current(), { userId });
    const nowMs = live.createdAtMs + 1_000;
    await storedSession(current(), { userId, expiresAtMs: nowMs });
    expect(await current().sessions.endAll(userId, nowMs)).toEqual([live.id]);
  });

  it('names every session once, however many end them all in parallel', async () => {
    const { id: userId } = await storedUser(current());
    const sessions: Session[] = [];
    for (let count = 0; count < 8; count += 1) sessions.push(await storedSession(current(), { userId }));
    const ended = await inParallel(6, () => current().sessions.endAll(userId, aTimeMs()));
    expect(ended.flat().toSorted()).toEqual(idsOf(sessions));
  });
}

function liveSessions(current: CurrentPersistence): void {
  it('says which of some sessions live', async () => {
    const [live, expiring] = [await storedSession(current()), await storedSession(current())];
    const ended = await storedSession(current(), { endedAtMs: aTimeMs() });
    const asked = [live.id, expiring.id, ended.id, aSessionId()];
    expect(await current().sessions.liveAmong(asked, aTimeMs())).toEqual(new Set([live.id, expiring.id]));
    const expired = await storedSession(current(), { expiresAtMs: 1_700_000_000_000 });
    expect(await current().sessions.liveAmong([live.id, expired.id], 1_700_000_000_000)).toEqual(new Set([live.id]));
    expect(await current().sessions.liveAmong([], aTimeMs())).toEqual(new Set());
  });

  it('lists those of the user that are neither ended nor expired, the most recently used first', async () => {
    const { id: userId } = await storedUser(current());
    const usedAtMs = aTimeMs();
    const nowMs = usedAtMs + 10_000;
    const used = (afterMs: number, overrides: Partial<Session> = {}) =>
      storedSession(current(), { userId, usedAtMs: usedAtMs + afterMs, expiresAtMs: nowMs + 1, ...overrides });
    const sessions = [await used(2), await used(3), await used(1)] as const;
    await used(4, { expiresAtMs: nowMs });
    await used(5, { endedAtMs: usedAtMs });
    await storedSession(current());
    expect(await current().sessions.liveOf(userId, nowMs)).toEqual([sessions[1], sessions[0], sessions[2]]);
    expect(await current().sessions.liveOf(aUserId(), nowMs)).toEqual([]);
  });

  it('moves a session to the front when it is used', async () => {
    const { id: userId } = await storedUser(current());
    const first = await storedSession(current(), { userId });
    const second = await storedSession(current(), { userId });
    await current().sessions.rotate(first.id, aRotation(first.refreshDigest));
    expect(idsOf(await current().sessions.liveOf(userId, aTimeMs()))).toEqual([first.id, second.id]);
  });
}
