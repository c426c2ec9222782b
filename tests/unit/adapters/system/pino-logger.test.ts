import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { DatabaseError, UniqueConstraintError } from 'sequelize';
import { createPinoLogger, type LogLevel } from '../../../../src/adapters/outbound/system/pino-logger.ts';
import { AppError } from '../../../../src/application/errors/app-error.ts';
import { runApart } from './run-apart.ts';

function open(level: LogLevel = 'debug') {
  const lines: string[] = [];
  const logger = createPinoLogger({ level, destination: { write: (line: string) => lines.push(line) } });
  const last = () => JSON.parse(lines.at(-1) ?? '{}') as Record<string, unknown>;
  return { logger, lines, last };
}

const CANARY = 'c4n4ry-7f3a';
const SECRET_KEYS = [
  ...['password', 'newPassword', 'currentPassword', 'passwordHash', 'DB_PASS', 'passphrase', 'passwd'],
  ...['token', 'accessToken', 'refreshToken', 'refresh_token', 'ACCESS-TOKEN', 'METRICS_TOKEN', 'jwt'],
  ...['authorization', 'Authorization', 'proxy-authorization', 'cookie', 'set-cookie', 'auth'],
  ...['secret', 'JWT_SECRET', 'clientSecret', 'apiKey', 'x-api-key', 'privateKey', 'credentials'],
  ...['inviteCode', 'invite_code', 'refreshDigest', 'codeDigest'],
  ...['content', 'body', 'payload', 'text', 'sql', 'parameters'],
];

describe('redaction', () => {
  const depths: [string, (leaf: Record<string, unknown>) => Record<string, unknown>][] = [
    ['at the top', (leaf) => leaf],
    ['one level down', (leaf) => ({ request: leaf })],
    ['two levels down', (leaf) => ({ request: { headers: leaf } })],
    ['three levels down', (leaf) => ({ a: { b: { c: leaf } } })],
    ['six levels down', (leaf) => ({ a: { b: { c: { d: { e: { f: leaf } } } } } })],
    ['deeper than anything is written', (leaf) => ({ a: { b: { c: { d: { e: { f: { g: { h: leaf } } } } } } } })],
    ['in a list', (leaf) => ({ list: [1, [leaf]] })],
    ['on an error', (leaf) => ({ err: Object.assign(new Error('failed'), leaf, { parent: leaf }) })],
    [
      'on the cause of an error',
      (leaf) => ({ err: new Error('failed', { cause: Object.assign(new Error('deep'), leaf) }) }),
    ],
    ['in a class', (leaf) => ({ it: Object.assign(new (class Request {})(), leaf) })],
    ['in a spread error', (leaf) => ({ ...Object.assign(new Error('failed'), leaf) })],
  ];
  it.each(depths)('hides every secret %s', (_where, place) => {
    for (const key of SECRET_KEYS) {
      for (const value of [CANARY, [CANARY], { value: CANARY }, Buffer.from(CANARY), new Map([['k', CANARY]])]) {
        const { logger, lines } = open();
        logger.error(place({ [key]: value, kept: 1 }), 'canary');
        expect(lines.join(''), key).not.toContain(CANARY);
        expect(lines).toHaveLength(1);
      }
    }
  });

  it('keeps what is not secret', () => {
    const { logger, last } = open();
    const fields = {
      userId: 'u',
      statusCode: 401,
      contentLength: 12,
      code: 'MUTED',
      passed: true,
      route: '/api/rooms',
    };
    logger.info({ request: fields, ...fields }, 'kept');
    expect(last()).toMatchObject({ request: fields, ...fields });
  });

  it('hides an access token and the password of a URL wherever they stand', () => {
    const { logger, lines } = open();
    const jwt = `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.${CANARY}`;
    const err = new Error(`bad handshake /socket.io/?token=${jwt}`);
    logger.warn({ url: `/socket.io/?auth=${jwt}&EIO=4`, list: [`Bearer ${jwt}`], err }, `refused ${jwt}`);
    logger.warn({ database: `mysql://parley:${CANARY}@db:3306/parley` }, 'connect');
    expect(lines.join('')).not.toContain(CANARY);
    expect(lines[0]).toContain('&EIO=4');
    expect(lines[1]).toContain('mysql://parley:[redacted]@db:3306/parley');
  });

  it('writes neither bytes nor what lies too deep to be meant', () => {
    const { logger, last } = open();
    logger.info({ data: Buffer.from('raw'), a: { b: { c: { d: { e: { f: { g: { h: 1 } } } } } } } }, 'deep');
    expect(last()).toMatchObject({ data: '[3 bytes]', a: { b: { c: { d: { e: { f: { g: '[deep]' } } } } } } });
  });

  it('leaves the given object as it was', () => {
    const fields = Object.freeze({ password: CANARY, nested: Object.freeze({ token: CANARY }) });
    open().logger.info(fields, 'frozen');
    expect(fields).toEqual({ password: CANARY, nested: { token: CANARY } });
  });

  it('bounds the line, and marks where it was cut', () => {
    const { logger, lines, last } = open();
    const wide = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`key ${index}`, 'x'.repeat(50_000)]));
    logger.error({ wide, err: new Error('y'.repeat(1_000_000)) }, 'z'.repeat(1_000_000));
    expect(lines.join('').length).toBeLessThan(150_000);
    logger.error({ list: Array.from({ length: 1_000_000 }, () => 1) }, 'many');
    expect((last()['list'] as unknown[]).at(-1)).toBe('[cut]');
  });
});

describe('errors', () => {
  it('writes what an error says of itself, with its cause and its parts', () => {
    const { logger, last } = open();
    const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED', address: '10.0.0.1' });
    const err = new AppError('OVERLOADED', { message: 'Busy.', cause: new AggregateError([refused, refused], 'all') });
    logger.error({ err, nested: { errors: [err] } }, 'failed');
    const inner = { type: 'Error', message: 'connect ECONNREFUSED', code: 'ECONNREFUSED' };
    const cause = { type: 'AggregateError', errors: [inner, inner] };
    const written = { type: 'AppError', message: 'Busy.', code: 'OVERLOADED', cause };
    expect(last()).toMatchObject({ err: written, nested: { errors: [written] } });
    expect((last()['err'] as { stack: string }).stack).toContain('pino-logger.test.ts');
    expect(JSON.stringify(last())).not.toContain('10.0.0.1');
  });

  it('keeps the statement and its parameters of a Sequelize error to itself, but not the code of the database', () => {
    const parent = Object.assign(new Error('Deadlock found'), {
      code: 'ER_LOCK_DEADLOCK',
      errno: 1213,
      sql: `INSERT INTO room_entries VALUES ('${CANARY}')`,
      parameters: [CANARY],
    });
    const value = { path: 'email', value: CANARY, instance: { email: CANARY } };
    for (const err of [
      new DatabaseError(parent),
      new UniqueConstraintError({ parent, errors: [value as never], fields: { email: CANARY } }),
    ]) {
      const { logger, lines, last } = open();
      logger.error({ err, cause: { original: err }, list: [err] }, 'query failed');
      logger.error({ ...new DatabaseError(parent) }, 'spread');
      logger.error(err as unknown as Record<string, unknown>, 'the error itself');
      expect(lines).toHaveLength(3);
      expect(lines.join('')).not.toContain(CANARY);
      expect(last()).toMatchObject({ err: { type: err.name, code: 'ER_LOCK_DEADLOCK' } });
    }
  });
});

describe('log injection', () => {
  const evil = 'line\r\n{"level":"error","msg":"forged"}\u001b[2J\u009b31m\u2028\u2029\u202e\u0000\u007f"\\';
  it('leaves one line of JSON without a character that a terminal acts upon, and loses none', () => {
    const { logger, lines, last } = open();
    logger.info({ name: evil, [evil]: { [evil]: [evil] }, err: new Error(evil) }, evil);
    expect(lines).toHaveLength(1);
    // eslint-disable-next-line no-control-regex
    expect(lines[0]?.slice(0, -1)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/);
    expect(lines[0]?.at(-1)).toBe('\n');
    expect(last()).toMatchObject({ level: 'info', msg: evil, name: evil, [evil]: { [evil]: [evil] } });
  });

  it('lets no field pretend to be the level, the time or the message of the line', () => {
    const { logger, lines, last } = open();
    const forged = { level: 'debug', time: 'never', msg: 'forged', pid: 0, hostname: 'elsewhere' };
    logger.error(forged, 'real');
    expect(last()).toMatchObject({ level: 'error', msg: 'real', pid: process.pid, level_: 'debug', msg_: 'forged' });
    expect(lines[0]?.match(/"(level|time|msg|pid|hostname)":/g)).toHaveLength(5);
  });

  it('pollutes no prototype', () => {
    open().logger.info(JSON.parse('{"__proto__":{"polluted":1},"a":{"__proto__":{"polluted":1}}}') as never, 'x');
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});

describe('levels and sinks', () => {
  it.each([
    ['debug', 4],
    ['info', 3],
    ['warn', 2],
    ['error', 1],
    ['silent', 0],
  ] as const)('at level %s writes %d of the four', (level, count) => {
    const { logger, lines } = open(level);
    for (const method of ['debug', 'info', 'warn', 'error'] as const) logger[method]({}, method);
    expect(lines).toHaveLength(count);
  });

  it('does not read the fields of a line that is not written', () => {
    open('info').logger.debug(
      {
        get costly(): string {
          throw new Error('was read');
        },
      },
      'off',
    );
    expect(open('info').lines).toEqual([]);
  });

  it('throws nothing when the sink throws, emits an error or takes no more', () => {
    const throwing = createPinoLogger({
      level: 'info',
      destination: {
        write: () => {
          throw new Error('disk full');
        },
      },
    });
    expect(() => throwing.info({}, 'lost')).not.toThrow();
    const emitting = Object.assign(new EventEmitter(), { write: () => false });
    const logger = createPinoLogger({ level: 'info', destination: emitting });
    expect(() => emitting.emit('error', new Error('EPIPE'))).not.toThrow();
    expect(() => logger.info({}, 'lost')).not.toThrow();
  });

  it('has written everything when the process ends at once', async () => {
    const { code, stdout } = await runApart(`
      import { createPinoLogger } from './src/adapters/outbound/system/pino-logger.ts';
      const logger = createPinoLogger({ level: 'info' });
      for (let n = 0; n < 2_000; n += 1) logger.error({ n, pad: 'x'.repeat(500) }, 'last words');
      process.exit(3);
    `);
    expect(code).toBe(3);
    expect(stdout.trim().split('\n')).toHaveLength(2_000);
  });

  it('outlives a reader that goes away', async () => {
    const { code, signal, stderr } = await runApart(
      `
      import { createPinoLogger } from './src/adapters/outbound/system/pino-logger.ts';
      const logger = createPinoLogger({ level: 'info' });
      const ticking = setInterval(() => logger.info({ pad: 'x'.repeat(10_000) }, 'tick'), 5);
      setTimeout(() => { clearInterval(ticking); console.error('still here'); }, 1_500);
      `,
      { deafAfterMs: 1_000 },
    );
    expect({ code, signal, stderr: stderr.trim() }).toEqual({ code: 0, signal: null, stderr: 'still here' });
  });
});
