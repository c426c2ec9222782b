import * as z from 'zod';

/**
 * How values are written in the environment. Each refuses what it does not understand with a sentence that says what
 * it wants.
 */

export const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d+$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().min(min, `must be at least ${min}`).max(max, `must be at most ${max}`));

export const onOff = z
  .enum(['true', 'false', '1', '0', 'on', 'off'], { error: 'must be true or false' })
  .transform((text) => text === 'true' || text === '1' || text === 'on');

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function parseDurationMs(text: string): number | null {
  const match = /^(\d+)(ms|s|m|h|d)?$/.exec(text);
  if (!match) return null;
  // Without a unit: seconds, as jsonwebtoken reads a number.
  return Number(match[1]) * (UNIT_MS[match[2] ?? 's'] ?? 1_000);
}

export const duration = z.string().transform((text, context) => {
  const ms = parseDurationMs(text);
  if (ms !== null && ms >= 1_000) return ms;
  context.addIssue('must be a duration of at least a second, such as 30s, 15m, 1h or 7d');
  return z.NEVER;
});

export const rate = z.string().transform((text, context) => {
  if (text === 'off') return null;
  const [points = '', window = ''] = text.split('/', 2);
  const durationMs = parseDurationMs(window);
  if (/^[1-9]\d*$/.test(points) && durationMs !== null && durationMs > 0) return { points: Number(points), durationMs };
  context.addIssue('must be points/duration, such as 5/10s, or off');
  return z.NEVER;
});

/** Frames of one socket: `100/1s` lets a hundred a second pass, and three times as many in a burst. */
export const frameRate = rate.transform((value) =>
  value === null
    ? null
    : { framesPerSecond: (value.points * 1_000) / value.durationMs, burst: Math.max(1, value.points * 3) },
);

/** `50/1000`: live connections of one user, and of one address. */
export const connections = z.string().transform((text, context) => {
  if (text === 'off') return null;
  const match = /^([1-9]\d{0,6})\/([1-9]\d{0,6})$/.exec(text);
  if (match) return { perUser: Number(match[1]), perAddress: Number(match[2]) };
  context.addIssue('must be connections of a user/connections of an address, such as 50/1000, or off');
  return z.NEVER;
});

export const databaseUrl = z
  .string()
  .refine(
    (text) => text === 'memory:' || /^sqlite:.+/.test(text) || isMysqlUrl(text),
    'must be mysql://user:password@host:port/database, sqlite:<path> or memory:',
  );

function isMysqlUrl(text: string): boolean {
  if (!/^(mysql|mariadb):\/\//.test(text) || !URL.canParse(text)) return false;
  return new URL(text).pathname.length > 1;
}

/** A comma-separated list: the first signs, all verify. */
export const secrets = z
  .string()
  .transform((text) => text.split(',').map((secret) => secret.trim()))
  .refine(
    (list) => list.every((secret) => Buffer.byteLength(secret) >= 32),
    'every secret must have at least 32 bytes (openssl rand -base64 48)',
  );

export const origins = z.string().transform((text): 'any' | string[] =>
  text === '*'
    ? 'any'
    : text
        .split(',')
        .map((origin) => origin.trim())
        .filter(Boolean),
);

/** One, or some nodes of a cluster; the client finds the others. */
export const redisUrl = z.string().transform((text, context) => {
  const urls = text.split(',').map((url) => url.trim());
  if (urls.every((url) => /^rediss?:\/\//.test(url) && URL.canParse(url))) return urls.join(',');
  context.addIssue('must be redis://host:port or rediss://..., or several of a cluster separated by commas');
  return z.NEVER;
});
