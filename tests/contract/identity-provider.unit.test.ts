import { randomBytes } from 'node:crypto';
import { HostIdentityProvider, type HostUser } from '../../src/adapters/outbound/identity/host-identity-provider.ts';
import { JwtIdentityProvider } from '../../src/adapters/outbound/identity/jwt-identity-provider.ts';
import { InMemoryIdentityProvider } from '../../src/adapters/outbound/memory/in-memory-identity-provider.ts';
import { InMemoryLogger } from '../../src/adapters/outbound/memory/in-memory-logger.ts';
import { ManualClock } from '../../src/adapters/outbound/memory/manual-clock.ts';
import { SequentialIds } from '../../src/adapters/outbound/memory/sequential-ids.ts';
import { aSigningKey, Issuer, type SigningKey } from '../support/harness/issuer.ts';
import { identityProviderContract, type IdentityProviderHarness } from './identity-provider.contract.ts';

const CLAIMS = { subject: 'sub', username: 'preferred_username', email: 'email' };

function jwtHarness(alg: string, keysOf: (issuer: Issuer, key: SigningKey) => ConstructorKeys) {
  return async (): Promise<IdentityProviderHarness> => {
    const clock = new ManualClock();
    const [key, stranger] = [await aSigningKey('one', alg), await aSigningKey('one', alg)];
    const issuer = await Issuer.start(key);
    const provider = new JwtIdentityProvider({
      ...{ issuer: issuer.name, audience: issuer.audience, keys: keysOf(issuer, key), algorithms: [alg] },
      ...{ claims: CLAIMS, clock, logger: new InMemoryLogger() },
    });
    const sign =
      (by: SigningKey): IdentityProviderHarness['issue'] =>
      async ({ subject, email, username, issuedAtMs, expiresAtMs }) =>
        issuer.token(by, {
          ...{ sub: subject, iat: issuedAtMs / 1_000, exp: expiresAtMs / 1_000 },
          ...(email === null ? {} : { email }),
          ...(username === null ? {} : { preferred_username: username }),
        });
    return {
      ...{ provider, issuer: issuer.name, issue: sign(key), forge: sign(stranger) },
      ...{ nowMs: () => clock.nowMs(), set: (nowMs: number) => clock.set(nowMs), close: () => issuer.stop() },
    };
  };
}
type ConstructorKeys = ConstructorParameters<typeof JwtIdentityProvider>[0]['keys'];

for (const alg of ['ES256', 'EdDSA', 'RS256']) {
  identityProviderContract(
    `${alg} by a published key`,
    jwtHarness(alg, ({ jwksUrl }) => ({ jwksUrl })),
  );
}
identityProviderContract(
  'ES256 by a key in the configuration',
  jwtHarness('ES256', (_, key) => ({ publicKeyPem: key.pem })),
);
identityProviderContract('in memory', async () => {
  const clock = new ManualClock();
  const issuer = 'https://issuer.example/';
  const ids = new SequentialIds();
  const open = () => new InMemoryIdentityProvider({ clock, ids });
  const [provider, stranger] = [open(), open()];
  const by =
    (who: InMemoryIdentityProvider): IdentityProviderHarness['issue'] =>
    async (claims) =>
      who.issue({ ...claims, issuer });
  return {
    ...{ provider, issuer, issue: by(provider), forge: by(stranger) },
    ...{ nowMs: () => clock.nowMs(), set: (nowMs: number) => clock.set(nowMs), close: async () => undefined },
  };
});
identityProviderContract('the application around this one', async () => {
  const clock = new ManualClock();
  const issuer = 'host';
  const users = new Map<string, HostUser>();
  const identify = async (token: string) => users.get(token) ?? null;
  const provider = new HostIdentityProvider({ identify, issuer, clock, logger: new InMemoryLogger() });
  const aToken = () => randomBytes(32).toString('base64url');
  return {
    ...{ provider, issuer, forge: async () => aToken() },
    issue: async ({ subject, issuedAtMs, expiresAtMs, ...names }) => {
      const token = aToken();
      users.set(token, { ...names, id: subject, issuedAt: new Date(issuedAtMs), expiresAt: new Date(expiresAtMs) });
      return token;
    },
    ...{ nowMs: () => clock.nowMs(), set: (nowMs: number) => clock.set(nowMs), close: async () => undefined },
  };
});
