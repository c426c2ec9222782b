import { describe, expect, it } from 'vitest';
import { SignInLimits, type SignInLimitRules } from '../../../../src/application/auth/sign-in-limits.ts';
import { AppError } from '../../../../src/application/errors/app-error.ts';
import { DOUBT_MS } from '../../../../src/application/live/session-watch.ts';
import { ChangePassword } from '../../../../src/application/use-cases/change-password.ts';
import { EndSession } from '../../../../src/application/use-cases/end-session.ts';
import { ListSessions } from '../../../../src/application/use-cases/list-sessions.ts';
import { LogIn } from '../../../../src/application/use-cases/log-in.ts';
import { REPEAT_MS, RefreshSession } from '../../../../src/application/use-cases/refresh-session.ts';
import { RegisterUser } from '../../../../src/application/use-cases/register-user.ts';
import type { SignedIn } from '../../../../src/application/auth/session-issuer.ts';
import { SESSION_LIFE_MS } from '../../../../src/application/auth/session-issuer.ts';
import { aSessionId } from '../../../support/builders.ts';
import { createCore, refusal } from '../../../support/harness/core.ts';

const ORIGIN = { address: '192.0.2.1', userAgent: 'a browser' };
const ALICE = { email: 'alice@example.org', username: 'alice', password: 'correct horse' };
const NO_LIMITS: SignInLimitRules = { perAddress: null, perAccountAndAddress: null, perAccount: null, perUser: null };

function aDesk(rules: Partial<SignInLimitRules> = {}) {
  const core = createCore();
  const { users, sessions, identities, unitOfWork } = core.persistence;
  const limits = new SignInLimits({ limiter: core.limiter, rules: { ...NO_LIMITS, ...rules } });
  const deps = { ...core, users, sessions, identities, unitOfWork, limits };
  const useCases = {
    registerUser: new RegisterUser(deps),
    logIn: new LogIn(deps),
    refreshSession: new RefreshSession(deps),
    endSession: new EndSession(deps),
    changePassword: new ChangePassword(deps),
    listSessions: new ListSessions(deps),
  };
  const register = (overrides: Partial<typeof ALICE & typeof ORIGIN> = {}) =>
    useCases.registerUser.execute({ ...ALICE, ...ORIGIN, ...overrides });
  const logIn = (password = ALICE.password, email = ALICE.email, address = ORIGIN.address) =>
    useCases.logIn.execute({ ...ORIGIN, email, password, address });
  const claimsOf = ({ token }: SignedIn) => core.tokens.verify(token);
  /** A live connection under the session of these tokens. */
  const connect = (signedIn: SignedIn) => core.connect(signedIn.user, claimsOf(signedIn).sessionId);
  const works = ({ token }: SignedIn) =>
    core.guard.authenticate(token).then(
      () => true,
      () => false,
    );
  return { ...core, ...useCases, register, logIn, claimsOf, connect, works };
}

describe('registering', () => {
  it('makes an account and a session, and keeps neither the password nor the refresh token', async () => {
    const { register, persistence, claimsOf } = aDesk();
    const signedIn = await register({ email: 'Alice@Example.org' });
    const stored = await persistence.users.byEmail('alice@example.ORG');
    expect(stored).toMatchObject({ id: signedIn.user.id, email: 'Alice@Example.org', username: 'alice' });
    expect(JSON.stringify(stored)).not.toContain(ALICE.password);
    const session = await persistence.sessions.byId(claimsOf(signedIn).sessionId);
    expect(session).toMatchObject({ userId: signedIn.user.id, userAgent: 'a browser', endedAtMs: null });
    expect(JSON.stringify(session)).not.toContain(signedIn.refreshToken.split('.')[1]);
    expect(signedIn.expiresInSeconds).toBe(3_600);
  });

  it.each([
    [{ password: 'short' }, 'VALIDATION_FAILED'],
    [{ password: 'A common one' }, 'VALIDATION_FAILED'],
    [{ password: ALICE.email }, 'VALIDATION_FAILED'],
    [{ password: 'é'.repeat(37) }, 'VALIDATION_FAILED'],
    [{ username: 'ab' }, 'VALIDATION_FAILED'],
    [{ username: 'zero\u200bwidth' }, 'VALIDATION_FAILED'],
    [{ email: 'ALICE@example.org', username: 'another' }, 'EMAIL_TAKEN'],
    [{ email: 'other@example.org', username: 'ALICE' }, 'USERNAME_TAKEN'],
  ])('with %j is refused', async (overrides, code) => {
    const { register, persistence } = aDesk();
    const { user } = await register();
    await expect(register(overrides)).rejects.toEqual(refusal(code));
    expect(await persistence.users.byEmail('other@example.org')).toBeNull();
    expect(await persistence.sessions.liveOf(user.id, 0)).toHaveLength(1);
  });

  it('lets one of many with the same address through, and leaves no session of the others', async () => {
    const { register } = aDesk();
    const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => register()));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});

describe('logging in', () => {
  it('begins a session of its own', async () => {
    const { register, logIn, claimsOf, listSessions } = aDesk();
    const first = await register();
    const second = await logIn();
    expect(claimsOf(second).sessionId).not.toBe(claimsOf(first).sessionId);
    expect(await listSessions.execute({ userId: first.user.id })).toHaveLength(2);
  });

  it('answers an unknown account and a wrong password alike', async () => {
    const { register, logIn } = aDesk();
    await register();
    const refused = (attempt: Promise<unknown>) =>
      attempt.catch((error: Error & { code?: string }) => ({ ...error, message: error.message }));
    const wrong = await refused(logIn('wrong'));
    expect(await refused(logIn(ALICE.password, 'nobody@example.org'))).toEqual(wrong);
    expect(wrong).toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('compares one password whatever is wrong, so that nothing can be told from the time it takes', async () => {
    const { register, logIn, hasher } = aDesk();
    await register();
    const compared: number[] = [];
    const verify = hasher.verify.bind(hasher);
    hasher.verify = (password, hash) => {
      compared[compared.length - 1] = (compared.at(-1) ?? 0) + 1;
      return verify(password, hash);
    };
    const attempts = [
      () => logIn('wrong'),
      () => logIn('x'.repeat(1_000)),
      () => logIn(`${ALICE.password}${'x'.repeat(72)}`),
      () => logIn(ALICE.password, 'nobody@example.org'),
      () => logIn('x'.repeat(1_000), 'nobody@example.org'),
      () => logIn('', 'not an address'),
    ];
    for (const attempt of attempts) {
      compared.push(0);
      await expect(attempt()).rejects.toEqual(refusal('UNAUTHENTICATED'));
    }
    expect(compared).toEqual(attempts.map(() => 1));
  });

  it('cannot be made impossible for its owner by any number of failures from elsewhere', async () => {
    const rules = {
      perAddress: { points: 5, durationMs: 60_000 },
      perAccountAndAddress: { points: 3, durationMs: 60_000 },
      perAccount: { points: 10, durationMs: 60_000 },
    };
    const { register, logIn } = aDesk(rules);
    await register();
    for (let host = 0; host < 200; host += 1) {
      for (let guess = 0; guess < 4; guess += 1)
        await logIn('wrong', ALICE.email, `198.51.100.${host}`).catch(() => null);
    }
    await expect(logIn(ALICE.password, ALICE.email, '198.51.100.250')).rejects.toEqual(refusal('RATE_LIMITED'));
    await logIn();
  });

  it('is possible for its owner wherever a session of theirs is, whatever others fail', async () => {
    const { register, logIn, refreshSession } = aDesk({ perAccount: { points: 3, durationMs: 60_000 } });
    const { refreshToken } = await register();
    for (let host = 0; host < 3; host += 1) await logIn('wrong', ALICE.email, `198.51.100.${host}`).catch(() => null);
    const onTheWay = () => logIn(ALICE.password, ALICE.email, '203.0.113.7');
    await expect(onTheWay()).rejects.toEqual(refusal('RATE_LIMITED'));
    await refreshSession.execute({ refreshToken, address: '203.0.113.7' });
    await onTheWay();
  });

  it('makes no address known by registering an account that somebody has', async () => {
    const { register, logIn } = aDesk({ perAccount: { points: 1, durationMs: 60_000 } });
    await register();
    const thief = { address: '198.51.100.1' };
    await expect(register({ ...thief, username: 'mallory' })).rejects.toEqual(refusal('EMAIL_TAKEN'));
    await expect(logIn('wrong', ALICE.email, thief.address)).rejects.toEqual(refusal('UNAUTHENTICATED'));
    await expect(logIn('wrong', ALICE.email, thief.address)).rejects.toEqual(refusal('RATE_LIMITED'));
  });

  it('counts all addresses that one IPv6 customer has as one', async () => {
    const rule = { points: 3, durationMs: 60_000 };
    const { register, logIn } = aDesk({ perAccountAndAddress: rule });
    await register();
    for (const host of [1, 2, 3]) await logIn('wrong', ALICE.email, `2001:db8:1:2::${host}`).catch(() => null);
    await expect(logIn(ALICE.password, ALICE.email, '2001:db8:1:2:ffff::4')).rejects.toEqual(refusal('RATE_LIMITED'));
    await logIn(ALICE.password, ALICE.email, '2001:db8:1:3::1');
  });

  it('is limited for an address at one account, in any spelling, and free again afterwards', async () => {
    const rule = { points: 3, durationMs: 60_000 };
    const { register, logIn, scheduler } = aDesk({ perAccountAndAddress: rule });
    await register();
    for (let count = 0; count < 10; count += 1) await logIn();
    for (let count = 0; count < 3; count += 1) {
      await expect(logIn('wrong')).rejects.toEqual(refusal('UNAUTHENTICATED'));
    }
    await expect(logIn(ALICE.password, ALICE.email.toUpperCase())).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      retryAfterMs: 60_000,
    });
    // Nobody is locked out from elsewhere by somebody who guesses.
    await logIn(ALICE.password, ALICE.email, '192.0.2.99');
    await scheduler.advance(60_000);
    await logIn();
  });

  it('is limited for an address over all accounts', async () => {
    const { register, logIn } = aDesk({ perAddress: { points: 3, durationMs: 60_000 } });
    await register();
    await logIn();
    await expect(logIn('x', 'nobody@example.org')).rejects.toEqual(refusal('UNAUTHENTICATED'));
    await expect(logIn()).rejects.toEqual(refusal('RATE_LIMITED'));
    await expect(register({ email: 'b@example.org', username: 'bob' })).rejects.toEqual(refusal('RATE_LIMITED'));
  });

  it('does not count what failed because of us', async () => {
    const rule = { points: 1, durationMs: 60_000 };
    const { register, logIn, hasher } = aDesk({ perAccountAndAddress: rule });
    await register();
    const compare = hasher.verify.bind(hasher);
    hasher.verify = () => Promise.reject(new AppError('OVERLOADED'));
    for (let count = 0; count < 3; count += 1) await expect(logIn()).rejects.toEqual(refusal('OVERLOADED'));
    hasher.verify = compare;
    await logIn();
  });
});

describe('changing the password', () => {
  const changing = async (rules: Partial<SignInLimitRules>) => {
    const desk = aDesk(rules);
    const owner = desk.claimsOf(await desk.register());
    const change = (currentPassword = ALICE.password, newPassword = ALICE.password) =>
      desk.changePassword.execute({ ...owner, ...ORIGIN, currentPassword, newPassword });
    return { ...desk, change };
  };

  it('is limited for a user who guesses, whatever the session, and free again afterwards', async () => {
    const { change, scheduler } = await changing({ perUser: { points: 3, durationMs: 60_000 } });
    for (let count = 0; count < 5; count += 1) await change();
    for (let count = 0; count < 3; count += 1) await expect(change('wrong')).rejects.toEqual(refusal('FORBIDDEN'));
    await expect(change()).rejects.toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: 60_000 });
    await scheduler.advance(60_000);
    await change();
  });

  it('does not count what failed because of us, while comparing or while hashing', async () => {
    const { change, hasher } = await changing({ perUser: { points: 1, durationMs: 60_000 } });
    for (const method of ['verify', 'hash'] as const) {
      const given = hasher[method].bind(hasher);
      Object.assign(hasher, { [method]: () => Promise.reject(new AppError('OVERLOADED')) });
      for (let count = 0; count < 3; count += 1) await expect(change()).rejects.toEqual(refusal('OVERLOADED'));
      Object.assign(hasher, { [method]: given });
      await change();
    }
  });
});

describe('refreshing', () => {
  it('gives a new pair for the same session and puts off its end', async () => {
    const { register, refreshSession, claimsOf, scheduler, persistence, clock } = aDesk();
    const first = await register();
    await scheduler.advance(SESSION_LIFE_MS - 1);
    const next = await refreshSession.execute({ ...first, ...ORIGIN });
    expect(claimsOf(next).sessionId).toBe(first.refreshToken.split('.')[0]);
    expect(next.refreshToken).not.toBe(first.refreshToken);
    const session = await persistence.sessions.byId(claimsOf(next).sessionId);
    expect(session?.expiresAtMs).toBe(clock.nowMs() + SESSION_LIFE_MS);
    await scheduler.advance(SESSION_LIFE_MS);
    await expect(refreshSession.execute({ ...next, ...ORIGIN })).rejects.toEqual(refusal('UNAUTHENTICATED'));
  });

  it('with a spent token, half a minute later, ends the session, its tokens and its live connections', async () => {
    const { register, logIn, refreshSession, connect, works, live, scheduler } = aDesk();
    const first = await register();
    const other = await logIn();
    const [cut, kept] = [await connect(first), await connect(other)];
    const next = await refreshSession.execute({ ...first, ...ORIGIN });
    await scheduler.advance(REPEAT_MS);
    await expect(refreshSession.execute({ ...first, ...ORIGIN })).rejects.toEqual(refusal('UNAUTHENTICATED'));
    expect([await works(next), await works(first), await works(other)]).toEqual([false, false, true]);
    expect([live.isConnected(cut), live.isConnected(kept)]).toEqual([false, true]);
    await expect(refreshSession.execute({ ...next, ...ORIGIN })).rejects.toEqual(refusal('UNAUTHENTICATED'));
  });

  it('with a token that was spent twice over ends the session at once, also when a thief did it', async () => {
    const { register, refreshSession, works } = aDesk();
    const first = await register();
    const stolen = await refreshSession.execute({
      ...(await refreshSession.execute({ ...first, ...ORIGIN })),
      ...ORIGIN,
    });
    expect(await works(stolen)).toBe(true);
    await expect(refreshSession.execute({ ...first, ...ORIGIN })).rejects.toEqual(refusal('UNAUTHENTICATED'));
    expect(await works(stolen)).toBe(false);
    await expect(refreshSession.execute({ ...stolen, ...ORIGIN })).rejects.toEqual(refusal('UNAUTHENTICATED'));
  });

  it('again with one token, because the answer was lost, gives the same next one for half a minute', async () => {
    const { register, refreshSession, works, scheduler, persistence, claimsOf } = aDesk();
    const first = await register();
    const next = await refreshSession.execute({ ...first, ...ORIGIN });
    const stored = await persistence.sessions.byId(claimsOf(next).sessionId);
    for (const waitMs of [1, 10_000, REPEAT_MS - 10_002]) {
      await scheduler.advance(waitMs);
      const again = await refreshSession.execute({ ...first, ...ORIGIN });
      expect(again.refreshToken).toBe(next.refreshToken);
      expect(await works(again)).toBe(true);
    }
    // Repeating does not put off the moment from which it is a theft.
    expect(await persistence.sessions.byId(claimsOf(next).sessionId)).toEqual(stored);
    expect((await refreshSession.execute({ ...next, ...ORIGIN })).refreshToken).not.toBe(next.refreshToken);
  });

  it('gives all of many with one token the same pair', async () => {
    const { register, refreshSession, works } = aDesk();
    const first = await register();
    const pairs = await Promise.all(Array.from({ length: 8 }, () => refreshSession.execute({ ...first, ...ORIGIN })));
    expect(new Set(pairs.map(({ refreshToken }) => refreshToken)).size).toBe(1);
    expect(await works(first)).toBe(true);
  });

  it.each(['before', 'after'])('survives a store that fails %s its commit', async (moment) => {
    const { register, refreshSession, works, persistence } = aDesk();
    const { sessions } = persistence;
    const first = await register();
    const rotate = sessions.rotate.bind(sessions);
    sessions.rotate = async (...args) => {
      sessions.rotate = rotate;
      if (moment === 'after') await rotate(...args);
      throw new AppError('OVERLOADED');
    };
    const answer = refreshSession.execute({ ...first, ...ORIGIN });
    if (moment === 'before') await expect(answer).rejects.toEqual(refusal('OVERLOADED'));
    const next = moment === 'before' ? await refreshSession.execute({ ...first, ...ORIGIN }) : await answer;
    expect(await works(next)).toBe(true);
    expect((await refreshSession.execute({ ...next, ...ORIGIN })).refreshToken).not.toBe(next.refreshToken);
  });

  it('with garbage for a secret ends nothing', async () => {
    const { register, logIn, refreshSession, works } = aDesk();
    const [first, other] = [await register(), await logIn()];
    const [id] = first.refreshToken.split('.');
    const [, secretOfOther = ''] = other.refreshToken.split('.');
    for (const secret of ['x', 'A'.repeat(43), 'A'.repeat(86), secretOfOther]) {
      const refreshing = refreshSession.execute({ ...ORIGIN, refreshToken: `${id}.${secret}` });
      await expect(refreshing).rejects.toEqual(refusal('UNAUTHENTICATED'));
    }
    expect([await works(first), await works(other)]).toEqual([true, true]);
    await refreshSession.execute({ ...first, ...ORIGIN });
  });

  it.each(['', '.', 'x.', '.x', 'no dot', `${aSessionId()}.`, `${aSessionId()}.secret`, `${aSessionId()}.a.b`])(
    'refuses %j',
    async (refreshToken) => {
      const { register, refreshSession, works } = aDesk();
      const first = await register();
      await expect(refreshSession.execute({ refreshToken, ...ORIGIN })).rejects.toEqual(refusal('UNAUTHENTICATED'));
      expect(await works(first)).toBe(true);
    },
  );
});

describe('ending sessions', () => {
  it('ends one, at once and with its live connections, and no other', async () => {
    const { register, logIn, endSession, connect, claimsOf, works, live } = aDesk();
    const [here, there] = [await register(), await logIn()];
    const [h, t] = [await connect(here), await connect(there)];
    // Remembered as live a moment before: that must not count.
    expect([await works(here), await works(there)]).toEqual([true, true]);
    await endSession.execute({
      ...ORIGIN,
      callerSessionId: aSessionId(),
      which: 'one',
      userId: here.user.id,
      sessionId: claimsOf(there).sessionId,
    });
    expect([await works(here), await works(there)]).toEqual([true, false]);
    expect([live.isConnected(h), live.isConnected(t)]).toEqual([true, false]);
  });

  it('ends all', async () => {
    const { register, logIn, endSession, connect, works, live } = aDesk();
    const [here, there] = [await register(), await logIn()];
    const connections = [await connect(here), await connect(there)];
    await endSession.execute({ ...ORIGIN, callerSessionId: aSessionId(), which: 'all', userId: here.user.id });
    expect([await works(here), await works(there)]).toEqual([false, false]);
    expect(connections.map((id) => live.isConnected(id))).toEqual([false, false]);
  });

  it('does not know the sessions of others', async () => {
    const { register, endSession, claimsOf, works } = aDesk();
    const alice = await register();
    const bob = await register({ email: 'bob@example.org', username: 'bob' });
    for (const sessionId of [claimsOf(bob).sessionId, aSessionId()]) {
      const ending = endSession.execute({
        ...ORIGIN,
        callerSessionId: aSessionId(),
        which: 'one',
        userId: alice.user.id,
        sessionId,
      });
      await expect(ending).rejects.toEqual(refusal('NOT_FOUND'));
    }
    expect(await works(bob)).toBe(true);
  });

  it('happens to all others when the password changes', async () => {
    const { register, logIn, changePassword, claimsOf, connect, works, live } = aDesk();
    const [here, there] = [await register(), await logIn()];
    const [h, t] = [await connect(here), await connect(there)];
    const { userId, sessionId } = claimsOf(here);
    const change = (currentPassword: string, newPassword: string) =>
      changePassword.execute({ ...ORIGIN, userId, sessionId, currentPassword, newPassword });
    await expect(change('wrong', 'a new password')).rejects.toEqual(refusal('FORBIDDEN'));
    for (const refused of ['short', 'a common one', ALICE.email, 'é'.repeat(37)]) {
      await expect(change(ALICE.password, refused)).rejects.toEqual(refusal('VALIDATION_FAILED'));
    }
    expect(await works(there)).toBe(true);
    await change(ALICE.password, 'a new password');
    expect([await works(here), await works(there)]).toEqual([true, false]);
    expect([live.isConnected(h), live.isConnected(t)]).toEqual([true, false]);
    await expect(logIn()).rejects.toEqual(refusal('UNAUTHENTICATED'));
    await logIn('a new password');
  });
});

describe('a store that fails after it has ended sessions', () => {
  it.each(['logging out everywhere', 'changing the password', 'ending one', 'reusing a token'])(
    'keeps no socket of them: %s',
    async (what) => {
      const desk = aDesk();
      const { register, logIn, connect, claimsOf, works, live, scheduler, persistence } = desk;
      const [here, there] = [await register(), await logIn()];
      const bystander = await register({ email: 'bob@example.org', username: 'bob' });
      const [t, b] = [await connect(there), await connect(bystander)];
      const { userId, sessionId } = claimsOf(here);
      const asking = { userId, callerSessionId: sessionId, address: ORIGIN.address };
      const reuse = { refreshToken: there.refreshToken, address: ORIGIN.address };
      await desk.refreshSession.execute(reuse);
      await scheduler.advance(REPEAT_MS);
      const { sessions, unitOfWork } = persistence;
      const failing = <A extends unknown[], T>(done: (...args: A) => Promise<T>) => {
        return async (...args: A): Promise<T> => {
          await done(...args);
          throw new AppError('OVERLOADED');
        };
      };
      sessions.endAll = failing(sessions.endAll.bind(sessions));
      sessions.end = failing(sessions.end.bind(sessions));
      const run = unitOfWork.run.bind(unitOfWork);
      unitOfWork.run = async (work) => {
        await run(work);
        throw new AppError('OVERLOADED');
      };
      const passwords = { currentPassword: ALICE.password, newPassword: 'a new password' };
      const ending = {
        'logging out everywhere': () => desk.endSession.execute({ ...asking, which: 'all' }),
        'ending one': () => desk.endSession.execute({ ...asking, which: 'one', sessionId: claimsOf(there).sessionId }),
        'changing the password': () => desk.changePassword.execute({ ...ORIGIN, userId, sessionId, ...passwords }),
        'reusing a token': () => desk.refreshSession.execute(reuse),
      }[what];
      expect([await works(there), await works(bystander)]).toEqual([true, true]);
      await expect(ending?.()).rejects.toEqual(refusal('OVERLOADED'));
      await scheduler.advance(DOUBT_MS);
      expect([live.isConnected(t), live.isConnected(b)]).toEqual([false, true]);
      expect([await works(there), await works(bystander)]).toEqual([false, true]);
    },
  );
});

describe('a password that changes while it is compared', () => {
  /** Whatever is compared waits, once compared, for `during`. */
  async function aSlowDesk() {
    const desk = aDesk();
    const owner = desk.claimsOf(await desk.register());
    const compare = desk.hasher.verify.bind(desk.hasher);
    const whileComparing = (during: () => Promise<unknown>) => {
      desk.hasher.verify = async (...args) => {
        const verdict = await compare(...args);
        desk.hasher.verify = compare;
        await during();
        return verdict;
      };
    };
    const change = (newPassword: string) =>
      desk.changePassword.execute({ ...owner, ...ORIGIN, currentPassword: ALICE.password, newPassword });
    return { ...desk, owner, whileComparing, change };
  }

  it('signs in nobody with the old one', async () => {
    const { whileComparing, change, logIn, listSessions, owner } = await aSlowDesk();
    whileComparing(() => change('a new password'));
    await expect(logIn()).rejects.toEqual(refusal('UNAUTHENTICATED'));
    expect(await listSessions.execute({ userId: owner.userId })).toHaveLength(1);
    await logIn('a new password');
  });

  it('is not changed again by whoever knew the old one', async () => {
    const { whileComparing, change, logIn } = await aSlowDesk();
    whileComparing(() => change('a new password'));
    await expect(change('another password')).rejects.toEqual(refusal('FORBIDDEN'));
    await logIn('a new password');
  });
});
