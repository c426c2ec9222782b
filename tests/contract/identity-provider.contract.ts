import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ExternalIdentity, IdentityProvider } from '../../src/application/ports/index.ts';

type Claims = Omit<ExternalIdentity, 'fingerprint' | 'issuer'>;

export interface IdentityProviderHarness {
  readonly provider: IdentityProvider;
  readonly issuer: string;
  issue(claims: Claims): Promise<string>;
  /** Signs with a key that the provider does not believe. */
  forge(claims: Claims): Promise<string>;
  nowMs(): number;
  set(nowMs: number): void;
  close(): Promise<void>;
}

/** The clocks of issuer and server are never the same. */
const TOLERANCE_MS = 5_000;

export function identityProviderContract(adapter: string, open: () => Promise<IdentityProviderHarness>): void {
  describe(`IdentityProvider contract: ${adapter}`, () => {
    let h: IdentityProviderHarness;
    let alice: Claims;
    beforeEach(async () => {
      h = await open();
      h.set(1_767_225_600_000);
      const issuedAtMs = h.nowMs();
      const expiresAtMs = issuedAtMs + 600_000;
      alice = { subject: 'auth0|alice', email: 'alice@example.org', username: 'alice', issuedAtMs, expiresAtMs };
    });
    afterEach(() => h.close());
    const outcome = (token: string) =>
      h.provider.verify(token).then(
        () => 'accepted',
        (error: { code?: string }) => error.code,
      );

    it('says who it is', async () => {
      const identity = await h.provider.verify(await h.issue(alice));
      expect(identity).toEqual({ ...alice, issuer: h.issuer, fingerprint: identity.fingerprint });
      expect(identity.fingerprint).toMatch(/^[0-9a-f]{64}$/);
    });

    it('knows of somebody what the token says, and no more', async () => {
      const token = await h.issue({ ...alice, email: null, username: null });
      expect(await h.provider.verify(token)).toMatchObject({ subject: alice.subject, email: null, username: null });
    });

    it('gives a token the same fingerprint each time, and another token another', async () => {
      const [one, other] = [await h.issue(alice), await h.issue({ ...alice, issuedAtMs: alice.issuedAtMs - 1_000 })];
      const [first, again, second] = [
        await h.provider.verify(one),
        await h.provider.verify(one),
        await h.provider.verify(other),
      ];
      expect(again.fingerprint).toBe(first.fingerprint);
      expect(second.fingerprint).not.toBe(first.fingerprint);
    });

    it('tells a token that has ended from one that was never good', async () => {
      const [good, forged] = [await h.issue(alice), await h.forge(alice)];
      expect(await outcome(forged)).toBe('UNAUTHENTICATED');
      h.set(alice.expiresAtMs + TOLERANCE_MS - 1);
      expect(await outcome(good)).toBe('accepted');
      h.set(alice.expiresAtMs + TOLERANCE_MS);
      expect(await outcome(good)).toBe('TOKEN_EXPIRED');
      expect(await outcome(forged)).toBe('UNAUTHENTICATED');
    });

    it('refuses a token from the future, and one that ends before it begins', async () => {
      const { issuedAtMs } = alice;
      expect(await outcome(await h.issue({ ...alice, issuedAtMs: issuedAtMs + 6_000 }))).toBe('UNAUTHENTICATED');
      expect(await outcome(await h.issue({ ...alice, issuedAtMs: issuedAtMs + 5_000 }))).toBe('accepted');
      expect(await outcome(await h.issue({ ...alice, expiresAtMs: issuedAtMs }))).toBe('UNAUTHENTICATED');
    });

    it.each(['', '.', '..', 'a.b', 'a.b.c', 'é.ü.ß', '\ud800.\udc00.x', 'x'.repeat(100_000), 'null', '{}.{}.{}'])(
      'refuses %.20j',
      async (token) => {
        expect(await outcome(token)).toBe('UNAUTHENTICATED');
      },
    );

    it('refuses a token of which any part was changed', async () => {
      const parts = (await h.issue(alice)).split('.');
      for (const [index, part] of parts.entries()) {
        const middle = part.length >> 1;
        const letter = part[middle] === 'A' ? 'B' : 'A';
        const changed = parts.with(index, part.slice(0, middle) + letter + part.slice(middle + 1)).join('.');
        expect(await outcome(changed)).toBe('UNAUTHENTICATED');
        expect(await outcome(parts.toSpliced(index, 1).join('.'))).toBe('UNAUTHENTICATED');
        expect(await outcome(parts.toSpliced(index, 0, part).join('.'))).toBe('UNAUTHENTICATED');
      }
    });
  });
}
