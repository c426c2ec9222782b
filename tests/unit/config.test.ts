import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from '../../src/main/config/config.ts';

const EMPTY = { EXTERNAL_ISSUER: '', EXTERNAL_AUDIENCE: '', EXTERNAL_JWKS_URL: '' };
const SECRET = 'a secret that is long enough to sign with';

function problemsOf(env: Record<string, string>): string {
  try {
    readConfig(env);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).message;
  }
  throw new Error('the configuration was accepted');
}

describe('the configuration', () => {
  it('needs nothing in development', () => {
    expect(readConfig({})).toMatchObject({
      production: false,
      port: 4_000,
      host: '0.0.0.0',
      databaseUrl: 'sqlite:./data/parley.db',
      jwtSecrets: [],
      jwtExpiresInSeconds: 3_600,
      bcryptCost: 12,
      corsOrigins: 'any',
      messageRate: { points: 5, durationMs: 10_000 },
      trustProxy: false,
      demoPage: true,
      metrics: { token: null },
      tracesEndpoint: null,
      webhooksAllowPrivate: false,
    });
  });

  it('takes a redis, or some nodes of a cluster, and is alone without', () => {
    expect(readConfig({}).redisUrl).toBeNull();
    expect(readConfig({ REDIS_URL: 'redis://:p%40ss@redis:6379/1' }).redisUrl).toBe('redis://:p%40ss@redis:6379/1');
    expect(readConfig({ REDIS_URL: 'rediss://a:1, rediss://b:2' }).redisUrl).toBe('rediss://a:1,rediss://b:2');
    for (const wrong of ['redis', 'http://redis:6379', 'redis://a:1,b:2', 'redis://a:port']) {
      expect(problemsOf({ REDIS_URL: wrong })).toMatch(/REDIS_URL: must be redis:/);
    }
  });

  it('takes an empty variable for an absent one', () => {
    expect(readConfig({ PORT: '', DB_HOST: '', JWT_SECRET: '' })).toEqual(readConfig({}));
  });

  it('builds the URL of MySQL from the founding variables, whatever is in the password', () => {
    const { databaseUrl } = readConfig({ DB_HOST: 'db', DB_USER: 'chat', DB_PASS: 'p@ss:w/rd', DB_NAME: 'parley' });
    expect(databaseUrl).toBe('mysql://chat:p%40ss%3Aw%2Frd@db:3306/parley');
    expect(decodeURIComponent(new URL(databaseUrl).password)).toBe('p@ss:w/rd');
  });

  it('names everything that is wrong in one message, and no secret', () => {
    const message = problemsOf({
      PORT: 'eighty',
      DATABASE_URL: 'postgres://user:hunter2@host/db',
      JWT_SECRET: 'short-secret',
      MESSAGE_RATE_LIMIT: 'a lot',
      LOG_LEVEL: 'loud',
      RETENTION_DAYS: '0',
    });
    for (const name of ['PORT', 'DATABASE_URL', 'JWT_SECRET', 'MESSAGE_RATE_LIMIT', 'LOG_LEVEL', 'RETENTION_DAYS']) {
      expect(message).toContain(name);
    }
    expect(message).not.toMatch(/hunter2|short-secret/);
  });

  it('refuses in production what a laptop may leave open', () => {
    const message = problemsOf({
      NODE_ENV: 'production',
      AUTH_RATE_LIMIT: 'off',
      SOCKET_RATE_LIMIT: 'off',
      CONNECTION_LIMIT: 'off',
    });
    for (const name of ['JWT_SECRET', 'CONNECTION_LIMIT', 'AUTH_RATE_LIMIT', 'SOCKET_RATE_LIMIT'])
      expect(message).toContain(name);
    expect(readConfig({ NODE_ENV: 'production', JWT_SECRET: SECRET })).toMatchObject({
      corsOrigins: [],
      demoPage: false,
      metrics: null,
    });
    const watched = { NODE_ENV: 'production', JWT_SECRET: SECRET, METRICS_TOKEN: 'a token for metrics' };
    expect(readConfig(watched).metrics).toEqual({ token: 'a token for metrics' });
    expect(problemsOf({ NODE_ENV: 'production', METRICS: 'on' })).toContain('METRICS_TOKEN: required in production');
  });

  describe('of an issuer', () => {
    const ISSUER = {
      EXTERNAL_ISSUER: 'https://issuer.example/',
      EXTERNAL_AUDIENCE: 'parley',
      EXTERNAL_JWKS_URL: 'https://issuer.example/keys',
    };

    it('is none by default, and asks the usual claims', () => {
      expect(readConfig({})).toMatchObject({ accounts: 'on', external: null });
      expect(readConfig({ ...ISSUER, BUILT_IN_ACCOUNTS: 'off' })).toMatchObject({
        accounts: 'off',
        external: {
          keys: { jwksUrl: ISSUER.EXTERNAL_JWKS_URL },
          algorithms: ['RS256', 'ES256', 'EdDSA'],
          claims: { subject: 'sub', username: 'preferred_username', email: 'email' },
        },
      });
    });

    it.each([
      ['no audience', { EXTERNAL_AUDIENCE: '' }, 'EXTERNAL_AUDIENCE'],
      ['no keys', { EXTERNAL_JWKS_URL: '' }, 'EXTERNAL_JWKS_URL'],
      ['no issuer', { EXTERNAL_ISSUER: '' }, 'EXTERNAL_ISSUER'],
      ['no issuer and no accounts', { ...EMPTY, BUILT_IN_ACCOUNTS: 'off' }, 'BUILT_IN_ACCOUNTS'],
      ['a shared secret', { EXTERNAL_ALGORITHMS: 'RS256,HS256' }, 'EXTERNAL_ALGORITHMS'],
      ['no signature at all', { EXTERNAL_ALGORITHMS: 'none' }, 'EXTERNAL_ALGORITHMS'],
      ['keys from a file', { EXTERNAL_JWKS_URL: 'file:///etc/passwd' }, 'EXTERNAL_JWKS_URL'],
      ['a key that is none', { EXTERNAL_JWKS_URL: '', EXTERNAL_PUBLIC_KEY: 'x' }, 'EXTERNAL_PUBLIC_KEY'],
      [
        'keys in the clear in production',
        { EXTERNAL_JWKS_URL: 'http://issuer.example/', NODE_ENV: 'production', JWT_SECRET: SECRET },
        'EXTERNAL_JWKS_URL',
      ],
    ])('is refused with %s', (_what, change, named) => {
      expect(problemsOf({ ...ISSUER, ...change })).toContain(named);
    });
  });

  it('takes a list of secrets to rotate keys, each of 32 bytes', () => {
    expect(readConfig({ JWT_SECRET: `${SECRET},${SECRET}2` }).jwtSecrets).toEqual([SECRET, `${SECRET}2`]);
    expect(problemsOf({ JWT_SECRET: `${SECRET},short` })).toContain('JWT_SECRET');
  });

  it.each([
    ['1h', 3_600],
    ['15m', 900],
    ['90', 90],
    ['7d', 604_800],
  ])('reads the duration %s', (text, seconds) => {
    expect(readConfig({ JWT_EXPIRES_IN: text }).jwtExpiresInSeconds).toBe(seconds);
  });
});
