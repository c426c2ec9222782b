import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { afterEach, beforeEach, describe, vi } from 'vitest';
import { FlexibleRateLimiter } from '../../src/adapters/outbound/limits/flexible-rate-limiter.ts';
import { InMemoryDenylist } from '../../src/adapters/outbound/memory/in-memory-denylist.ts';
import { InMemoryLogger } from '../../src/adapters/outbound/memory/in-memory-logger.ts';
import { InMemoryRateLimiter } from '../../src/adapters/outbound/memory/in-memory-rate-limiter.ts';
import { InMemoryTokens } from '../../src/adapters/outbound/memory/in-memory-tokens.ts';
import { ManualClock } from '../../src/adapters/outbound/memory/manual-clock.ts';
import { ManualScheduler } from '../../src/adapters/outbound/memory/manual-scheduler.ts';
import { PlainHasher } from '../../src/adapters/outbound/memory/plain-hasher.ts';
import { SequentialIds } from '../../src/adapters/outbound/memory/sequential-ids.ts';
import { silentProbe } from '../../src/adapters/outbound/memory/silent-probe.ts';
import { PrometheusProbe } from '../../src/adapters/outbound/metrics/prometheus-probe.ts';
import { OpenTelemetryTracer } from '../../src/adapters/outbound/tracing/otel-tracer.ts';
import { silentTracer } from '../../src/adapters/outbound/memory/silent-tracer.ts';
import { BcryptHasher } from '../../src/adapters/outbound/system/bcrypt-hasher.ts';
import { JwtTokens } from '../../src/adapters/outbound/system/jwt-tokens.ts';
import { CommonPasswords } from '../../src/adapters/outbound/system/common-passwords.ts';
import { createPinoLogger } from '../../src/adapters/outbound/system/pino-logger.ts';
import { SystemClock } from '../../src/adapters/outbound/system/system-clock.ts';
import { SystemScheduler } from '../../src/adapters/outbound/system/system-scheduler.ts';
import { UuidIds } from '../../src/adapters/outbound/system/uuid-ids.ts';
import { clockContract } from './clock.contract.ts';
import { idGeneratorContract } from './id-generator.contract.ts';
import { loggerContract } from './logger.contract.ts';
import { passwordDenylistContract } from './password-denylist.contract.ts';
import { passwordHasherContract } from './password-hasher.contract.ts';
import { probeContract } from './probe.contract.ts';
import { rateLimiterContract } from './rate-limiter.contract.ts';
import { schedulerContract } from './scheduler.contract.ts';
import { tracerContract } from './tracer.contract.ts';
import { tokenServiceContract } from './token-service.contract.ts';

const EXPIRES_IN_SECONDS = 3_600;
const KEYS_MAX = 200;
const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const errorsIn = (logger: InMemoryLogger) => logger.lines.map((line) => line.fields['err']);

tracerContract('silent', () => silentTracer);
tracerContract('OpenTelemetry', () => new OpenTelemetryTracer(new BasicTracerProvider().getTracer('tests')));

probeContract('silent', () => silentProbe);
probeContract('prometheus', () => new PrometheusProbe());

clockContract('system', () => ({ clock: new SystemClock(), pass: (ms) => sleep(ms + 1) }));
clockContract('manual', () => {
  const clock = new ManualClock();
  return { clock, pass: async (ms) => clock.advance(ms) };
});

schedulerContract('system', () => {
  const logger = new InMemoryLogger();
  return {
    scheduler: new SystemScheduler({ logger }),
    // Timers of one process fall due in order, so ours run before this one.
    pass: (ms) => sleep(ms + 10),
    elapsedMs: () => performance.now(),
    reported: () => errorsIn(logger),
  };
});
schedulerContract('manual', () => {
  const clock = new ManualClock();
  const logger = new InMemoryLogger();
  const scheduler = new ManualScheduler({ clock, logger });
  return {
    scheduler,
    pass: (ms) => scheduler.advance(ms),
    elapsedMs: () => clock.elapsedMs(),
    reported: () => errorsIn(logger),
  };
});

idGeneratorContract('uuid', () => new UuidIds({ clock: new SystemClock() }));
idGeneratorContract('sequential', () => new SequentialIds());

loggerContract('pino', () => {
  const lines: string[] = [];
  const logger = createPinoLogger({ level: 'debug', destination: { write: (line: string) => lines.push(line) } });
  const parse = (line: string) => {
    const { level, msg, ...fields } = JSON.parse(line) as Record<string, unknown>;
    return { level: String(level), message: String(msg), fields };
  };
  return { logger, lines: () => lines.map(parse) };
});
loggerContract('in memory', () => {
  const logger = new InMemoryLogger();
  return { logger, lines: () => logger.lines };
});

passwordDenylistContract('zxcvbn-ts', () => new CommonPasswords());
passwordDenylistContract(
  'in memory',
  () => new InMemoryDenylist(['password', '12345678', 'qwertyuiop', 'iloveyou', 'trustno1', 'Password123']),
);

passwordHasherContract('bcrypt', () => new BcryptHasher({ cost: 4 }));
passwordHasherContract('plain', () => new PlainHasher());

tokenServiceContract('jwt', () => {
  const clock = new ManualClock();
  const withSecret = (secret: string) =>
    new JwtTokens({ secrets: [secret.repeat(32)], expiresInSeconds: EXPIRES_IN_SECONDS, clock });
  return {
    tokens: withSecret('s'),
    expiresInSeconds: EXPIRES_IN_SECONDS,
    nowMs: () => clock.nowMs(),
    set: (nowMs) => clock.set(nowMs),
    stranger: () => withSecret('t'),
  };
});
tokenServiceContract('in memory', () => {
  const clock = new ManualClock();
  const ids = new SequentialIds();
  const open = () => new InMemoryTokens({ clock, ids, expiresInSeconds: EXPIRES_IN_SECONDS });
  return {
    tokens: open(),
    expiresInSeconds: EXPIRES_IN_SECONDS,
    nowMs: () => clock.nowMs(),
    set: (nowMs) => clock.set(nowMs),
    stranger: open,
  };
});

describe('with the clock and the timers of the process in our hand', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout', 'performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  rateLimiterContract('flexible', () => {
    const limiter = new FlexibleRateLimiter({
      scheduler: new SystemScheduler({ logger: new InMemoryLogger() }),
      keysMax: KEYS_MAX,
    });
    return {
      limiter,
      pass: async (ms) => void (await vi.advanceTimersByTimeAsync(ms)),
      jump: (ms) => vi.setSystemTime(Date.now() + ms),
      keyCount: () => limiter.keyCount,
      keysMax: KEYS_MAX,
    };
  });
});
rateLimiterContract('in memory', () => {
  const clock = new ManualClock();
  const limiter = new InMemoryRateLimiter({ clock, keysMax: KEYS_MAX });
  return {
    limiter,
    pass: async (ms) => clock.advance(ms),
    jump: (ms) => clock.set(clock.nowMs() + ms),
    keyCount: () => limiter.keyCount,
    keysMax: KEYS_MAX,
  };
});
