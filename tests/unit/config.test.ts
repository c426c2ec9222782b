import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from '../../src/main/config/config.ts';

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
    });
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
    });
    for (const name of ['PORT', 'DATABASE_URL', 'JWT_SECRET', 'MESSAGE_RATE_LIMIT', 'LOG_LEVEL']) {
      expect(message).toContain(name);
    }
    expect(message).not.toMatch(/hunter2|short-secret/);
  });

  it('refuses in production what a laptop may leave open', () => {
    const message = problemsOf({ NODE_ENV: 'production', AUTH_RATE_LIMIT: 'off', SOCKET_RATE_LIMIT: 'off' });
    for (const name of ['JWT_SECRET', 'AUTH_RATE_LIMIT', 'SOCKET_RATE_LIMIT']) expect(message).toContain(name);
    expect(readConfig({ NODE_ENV: 'production', JWT_SECRET: SECRET })).toMatchObject({ corsOrigins: [] });
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
