import { beforeEach, describe, expect, it } from 'vitest';
import { AppError, type ErrorCode } from '../../src/application/errors/app-error.ts';
import type { TokenService } from '../../src/application/ports/index.ts';
import type { SessionId } from '../../src/domain/session/session.ts';
import type { UserId } from '../../src/domain/user/user.ts';

export interface TokenHarness {
  readonly tokens: TokenService;
  readonly expiresInSeconds: number;
  nowMs(): number;
  /** Lets the clock of the service jump. */
  set(nowMs: number): void;
  /** A service of the same kind and clock with secrets of its own. */
  stranger(): TokenService;
}

/** A token may be taken so much longer than it says: the clocks of two nodes are never the same. */
const TOLERANCE_MS = 5_000;
const ALICE = {
  userId: '01900000-0000-7000-8000-00000000000a' as UserId,
  sessionId: '01900000-0000-7000-8000-00000000000b' as SessionId,
};

export function refusalOf(verify: () => unknown): ErrorCode | 'accepted' {
  try {
    verify();
  } catch (error) {
    // Anything but an AppError is a bug and must fail the test as itself.
    if (error instanceof AppError) return error.code;
    throw error;
  }
  return 'accepted';
}

export function tokenServiceContract(adapter: string, open: () => TokenHarness): void {
  describe(`TokenService contract: ${adapter}`, () => {
    let h: TokenHarness;
    beforeEach(() => {
      h = open();
    });

    it('gives back what it issued', () => {
      const { token, expiresAtMs } = h.tokens.issue(ALICE);
      expect(h.tokens.verify(token)).toEqual({ ...ALICE, expiresAtMs });
    });

    it('issues tokens that fit a header and a URL', () => {
      expect(h.tokens.issue(ALICE).token).toMatch(/^[A-Za-z0-9._~-]{40,1000}$/);
    });

    it('never issues the same token twice', () => {
      const tokens = Array.from({ length: 100 }, () => h.tokens.issue(ALICE).token);
      expect(new Set(tokens).size).toBe(100);
    });

    it('says to the second when a token ends', () => {
      for (const offsetMs of [0, 1, 999, 1_000, 1_001]) {
        h.set(Math.floor(h.nowMs() / 1_000) * 1_000 + offsetMs);
        const { expiresAtMs } = h.tokens.issue(ALICE);
        expect(expiresAtMs % 1_000).toBe(0);
        expect(expiresAtMs).toBe((Math.floor(h.nowMs() / 1_000) + h.expiresInSeconds) * 1_000);
      }
    });

    lifeOfAToken(() => h);
    forgery(() => h);
    digests(() => h);
    refreshSecrets(() => h);
  });
}

function lifeOfAToken(h: () => TokenHarness): void {
  it('takes a token to its end and calls it expired for ever after', () => {
    const { token, expiresAtMs } = h().tokens.issue(ALICE);
    h().set(expiresAtMs - 1);
    expect(h().tokens.verify(token).userId).toBe(ALICE.userId);
    for (const laterMs of [TOLERANCE_MS, 3_600_000, 20 * 365 * 86_400_000]) {
      h().set(expiresAtMs + laterMs);
      expect(refusalOf(() => h().tokens.verify(token))).toBe('TOKEN_EXPIRED');
    }
  });

  it('goes by the clock that it was given, also when that is put back', () => {
    const { token } = h().tokens.issue(ALICE);
    h().set(h().nowMs() - 86_400_000);
    expect(refusalOf(() => h().tokens.verify(token))).toBe('accepted');
  });

  it('calls an expired token expired only when it was good once', () => {
    const ours = h().tokens.issue(ALICE);
    const strange = h().stranger().issue(ALICE);
    h().set(ours.expiresAtMs + 60_000);
    expect(refusalOf(() => h().tokens.verify(strange.token))).toBe('UNAUTHENTICATED');
    expect(refusalOf(() => h().tokens.verify(`${ours.token}x`))).toBe('UNAUTHENTICATED');
  });
}

function forgery(h: () => TokenHarness): void {
  it('refuses the token of a stranger', () => {
    expect(refusalOf(() => h().tokens.verify(h().stranger().issue(ALICE).token))).toBe('UNAUTHENTICATED');
  });

  it('refuses a token with any one character changed, cut or added', () => {
    const { token } = h().tokens.issue(ALICE);
    for (let index = 0; index < token.length; index += 1) {
      const changed = token[index] === 'A' ? 'B' : 'A';
      const variants = [
        token.slice(0, index) + changed + token.slice(index + 1),
        token.slice(0, index) + token.slice(index + 1),
        `${token.slice(0, index)}A${token.slice(index)}`,
      ];
      // Leaving out one of two equal neighbours changes nothing but the length, which must be enough.
      for (const variant of variants) {
        if (variant !== token)
          expect(
            refusalOf(() => h().tokens.verify(variant)),
            variant,
          ).toBe('UNAUTHENTICATED');
      }
    }
  });

  it.each(['.', '.x', '..', ' ', '\n', '=', '\u0000'])('refuses a token with %j behind or before it', (more) => {
    const { token } = h().tokens.issue(ALICE);
    expect(refusalOf(() => h().tokens.verify(token + more))).toBe('UNAUTHENTICATED');
    expect(refusalOf(() => h().tokens.verify(more + token))).toBe('UNAUTHENTICATED');
  });

  it('refuses another spelling of the last bits', () => {
    const { token } = h().tokens.issue(ALICE);
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const accepted = [...letters].filter(
      (letter) => refusalOf(() => h().tokens.verify(token.slice(0, -1) + letter)) === 'accepted',
    );
    expect(accepted).toEqual([token.at(-1)]);
  });

  it.each([
    '',
    ' ',
    '.',
    '..',
    '...',
    'null',
    '{}',
    'undefined',
    '[object Object]',
    '\u0000',
    '🔑.🔑.🔑',
    'a'.repeat(43),
    'x'.repeat(1_000_000),
    '.'.repeat(100_000),
  ])('refuses what is no token: %.20j', (text) => {
    expect(refusalOf(() => h().tokens.verify(text))).toBe('UNAUTHENTICATED');
  });

  it.each([undefined, null, 0, {}, [], { toString: () => 'x' }].map((value) => [value]))(
    'refuses what is no text at all: %j',
    (value) => {
      expect(refusalOf(() => h().tokens.verify(value as unknown as string))).toBe('UNAUTHENTICATED');
    },
  );
}

function digests(h: () => TokenHarness): void {
  it('digests equal secrets equally, also after a restart, and others otherwise', () => {
    const digest = h().tokens.digest('secret of the first');
    expect(h().tokens.digest('secret of the first')).toBe(digest);
    expect(h().stranger().digest('secret of the first')).toBe(digest);
    expect(h().tokens.digest('secret of the second')).not.toBe(digest);
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
  });

  it('does not show the secret in its digest', () => {
    const secret = 'abcdef';
    expect(h().tokens.digest(secret)).not.toContain(secret);
    expect(h().tokens.digest(secret)).not.toContain(Buffer.from(secret).toString('hex'));
  });
}

const SECRET = 'S'.repeat(43);
const ELSEWHERE = '01900000-0000-7000-8000-00000000000c' as SessionId;

function refreshSecrets(h: () => TokenHarness): void {
  const following = (tokens: TokenService, sessionId = ALICE.sessionId, source = SECRET) =>
    tokens.refreshSecrets(sessionId, source)[0];

  it('lets the same refresh secret follow the same one, in one session', () => {
    const secret = following(h().tokens);
    expect(secret).toMatch(/^[\w-]{65,86}$/);
    expect(following(h().tokens)).toBe(secret);
    const others = [
      following(h().tokens, ELSEWHERE),
      following(h().tokens, ALICE.sessionId, `${SECRET}S`),
      following(h().tokens, ALICE.sessionId, secret),
      following(h().stranger()),
    ];
    expect(new Set([secret, ...others]).size).toBe(5);
  });

  it('knows what it made for a session, and nothing else', () => {
    const { tokens } = h();
    const secret = following(tokens);
    expect(tokens.isRefreshSecret(ALICE.sessionId, secret)).toBe(true);
    expect(tokens.isRefreshSecret(ELSEWHERE, secret)).toBe(false);
    expect(h().stranger().isRefreshSecret(ALICE.sessionId, secret)).toBe(false);
    for (let index = 0; index < secret.length; index += 1) {
      const changed = secret.slice(0, index) + (secret[index] === 'A' ? 'B' : 'A') + secret.slice(index + 1);
      expect(tokens.isRefreshSecret(ALICE.sessionId, changed), changed).toBe(false);
    }
    for (const garbage of ['', 'x', SECRET, `${secret}x`, `x${secret}`, 'é'.repeat(43), 'x'.repeat(100_000)]) {
      expect(tokens.isRefreshSecret(ALICE.sessionId, garbage)).toBe(false);
    }
  });
}
