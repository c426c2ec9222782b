import { describe, expect, it } from 'vitest';
import { DOUBT_MS, SESSION_CHECK_MS } from '../../../../src/application/live/session-watch.ts';
import type { Session, SessionId } from '../../../../src/domain/session/session.ts';
import { aSession, aUser } from '../../../support/builders.ts';
import { createCore } from '../../../support/harness/core.ts';

/** A node with a running watch, and a store that other nodes write to. */
function aNode() {
  const core = createCore();
  const { users, sessions } = core.persistence;
  const asked: SessionId[][] = [];
  const state = { isDown: false };
  const liveAmong = sessions.liveAmong.bind(sessions);
  sessions.liveAmong = async (ids, nowMs) => {
    asked.push([...ids]);
    if (state.isDown) throw new Error('the database is down');
    return liveAmong(ids, nowMs);
  };
  const aSocket = async (overrides: Partial<Session> = {}) => {
    const user = aUser();
    await users.insert(user);
    const session = aSession({ userId: user.id, expiresAtMs: 9e14, ...overrides });
    await sessions.insert(session);
    return { session, connectionId: await core.connect(user, session.id) };
  };
  const failing = () => core.ends.carryOut(() => Promise.reject(new Error('nobody knows')));
  core.sessionWatch.start();
  return { ...core, sessions, asked, state, aSocket, failing };
}

describe('the watch over the sessions of live connections', () => {
  it('cuts the sockets of a session that ended elsewhere, and no others', async () => {
    const { aSocket, sessions, scheduler, live, clock } = aNode();
    const [ended, kept] = [await aSocket(), await aSocket()];
    await sessions.end(ended.session.id, clock.nowMs());
    await scheduler.advance(SESSION_CHECK_MS - 1);
    expect(live.isConnected(ended.connectionId)).toBe(true);
    await scheduler.advance(1);
    expect([live.isConnected(ended.connectionId), live.isConnected(kept.connectionId)]).toEqual([false, true]);
  });

  it('cuts the sockets of a session that expires', async () => {
    const { aSocket, scheduler, live, clock } = aNode();
    const { connectionId } = await aSocket({ expiresAtMs: clock.nowMs() + SESSION_CHECK_MS });
    await scheduler.advance(SESSION_CHECK_MS);
    expect(live.isConnected(connectionId)).toBe(false);
  });

  it('asks for each session once, 500 at a time, and for nothing when nobody is there', async () => {
    const node = aNode();
    const { aSocket, scheduler, asked } = node;
    await scheduler.advance(SESSION_CHECK_MS);
    expect(asked).toEqual([]);
    const ids = new Set<SessionId>();
    for (let count = 0; count < 501; count += 1) ids.add((await aSocket()).session.id);
    const twice = await aSocket();
    await node.connect({ id: twice.session.userId }, twice.session.id);
    await scheduler.advance(SESSION_CHECK_MS);
    expect(asked.map(({ length }) => length)).toEqual([500, 2]);
    expect(new Set(asked.flat())).toEqual(ids.add(twice.session.id));
  });

  it('goes on after a check that failed, and says so', async () => {
    const { aSocket, sessions, scheduler, live, clock, state, logger } = aNode();
    const { session, connectionId } = await aSocket();
    await sessions.end(session.id, clock.nowMs());
    state.isDown = true;
    await scheduler.advance(SESSION_CHECK_MS);
    expect(live.isConnected(connectionId)).toBe(true);
    expect(logger.lines.map(({ level }) => level)).toEqual(['warn']);
    state.isDown = false;
    await scheduler.advance(SESSION_CHECK_MS);
    expect(live.isConnected(connectionId)).toBe(false);
  });

  it('checks once, and soon, for many ends that failed together', async () => {
    const { aSocket, failing, scheduler, asked } = aNode();
    const { session } = await aSocket();
    for (const attempt of [failing(), failing(), failing()]) await expect(attempt).rejects.toThrow('nobody knows');
    await scheduler.advance(DOUBT_MS - 1);
    expect(asked).toEqual([]);
    await scheduler.advance(1);
    expect(asked).toEqual([[session.id]]);
    await expect(failing()).rejects.toThrow('nobody knows');
    await scheduler.advance(DOUBT_MS);
    expect(asked).toHaveLength(2);
  });

  it('does nothing any more when it was stopped', async () => {
    const { aSocket, failing, sessionWatch, scheduler, asked } = aNode();
    await aSocket();
    await expect(failing()).rejects.toThrow('nobody knows');
    sessionWatch.stop();
    await expect(failing()).rejects.toThrow('nobody knows');
    await scheduler.advance(10 * SESSION_CHECK_MS);
    expect(asked).toEqual([]);
  });
});
