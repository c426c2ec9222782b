import { describe, expect, it } from 'vitest';
import { SignInLimits } from '../../../../src/application/auth/sign-in-limits.ts';
import { ChangePassword } from '../../../../src/application/use-cases/change-password.ts';
import { EndSession } from '../../../../src/application/use-cases/end-session.ts';
import { LogIn } from '../../../../src/application/use-cases/log-in.ts';
import { RefreshSession } from '../../../../src/application/use-cases/refresh-session.ts';
import { RegisterUser } from '../../../../src/application/use-cases/register-user.ts';
import { createCore } from '../../../support/harness/core.ts';

const ORIGIN = { address: '192.0.2.1', userAgent: 'a browser' };
const ALICE = { email: 'alice@example.org', username: 'alice', password: 'kiwi-canary-4711' };
const NEW_PASSWORD = 'fig-canary-0815';
const TYPO = 'plum-canary-2342';

describe('the audit trail', () => {
  it('has a line for everything that happens to an account, with who and from where, and no secret', async () => {
    const core = createCore();
    const rules = { perAddress: null, perAccountAndAddress: null, perAccount: null, perUser: null };
    const limits = new SignInLimits({ limiter: core.limiter, rules });
    const deps = { ...core, ...core.persistence, limits };
    const logIn = (password: string, email = ALICE.email) => new LogIn(deps).execute({ ...ORIGIN, email, password });
    const registered = await new RegisterUser(deps).execute({ ...ALICE, ...ORIGIN });
    const { userId, sessionId } = core.tokens.verify(registered.token);
    await expect(logIn(TYPO)).rejects.toThrow();
    await expect(logIn(ALICE.password, TYPO)).rejects.toThrow();
    const other = await logIn(ALICE.password);
    const refresh = ({ refreshToken }: { refreshToken: string }) =>
      new RefreshSession(deps).execute({ refreshToken, address: ORIGIN.address });
    const renewed = await refresh(other);
    // A repeat is a theft only after half a minute.
    await core.scheduler.advance(30_000);
    await expect(refresh(other)).rejects.toThrow();
    const change = (currentPassword: string) =>
      new ChangePassword(deps).execute({ ...ORIGIN, userId, sessionId, currentPassword, newPassword: NEW_PASSWORD });
    await expect(change(TYPO)).rejects.toThrow();
    await change(ALICE.password);
    const third = core.tokens.verify((await logIn(NEW_PASSWORD)).token).sessionId;
    const end = (input: { which: 'all' } | { which: 'one'; sessionId: typeof sessionId }) =>
      new EndSession(deps).execute({ ...input, userId, callerSessionId: sessionId, address: ORIGIN.address });
    await end({ which: 'one', sessionId: third });
    await end({ which: 'one', sessionId });
    await end({ which: 'all' });

    const lines = core.logger.lines.filter(({ fields }) => 'audit' in fields);
    expect(lines.map(({ fields }) => fields['audit'])).toEqual([
      ...['register', 'login_failed', 'login_failed', 'login', 'refresh', 'refresh_reused'],
      ...['password_change_failed', 'password_changed', 'login', 'session_revoked', 'logout', 'logout_all'],
    ]);
    for (const { level, fields } of lines) {
      expect(level).toBe('info');
      expect(fields['address']).toBe(ORIGIN.address);
      if (fields['audit'] !== 'login_failed')
        expect(fields).toMatchObject({ userId, sessionId: expect.any(String) as unknown });
    }
    expect(lines.map(({ fields }) => fields['userId']).filter((id) => id === undefined)).toHaveLength(1);
    const secrets = [registered, other, renewed].flatMap(({ token, refreshToken }) => [
      ...[token, refreshToken, refreshToken.split('.')[1] ?? ''],
    ]);
    const text = JSON.stringify(lines);
    for (const secret of [ALICE.password, NEW_PASSWORD, TYPO, ...secrets]) expect(text).not.toContain(secret);
  });
});
