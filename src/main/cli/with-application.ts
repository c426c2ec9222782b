import type { Container } from 'inversify';
import { createPinoLogger } from '../../adapters/outbound/system/pino-logger.ts';
import { migrationStatus } from '../../adapters/outbound/sequelize/migrations/migrate.ts';
import { SystemClock } from '../../adapters/outbound/system/system-clock.ts';
import { SessionEnds } from '../../application/live/session-ends.ts';
import type * as ports from '../../application/ports/index.ts';
import { buildContainer } from '../build-container.ts';
import type { Config } from '../config/config.ts';
import { resolve, type Token } from '../di/token.ts';
import { TOKENS } from '../di/tokens.ts';
import { CliError, EXIT } from './cli-error.ts';
import { note, type CliIo } from './cli-io.ts';
import { storedConfig } from './stored-config.ts';

const REDIS_WAIT_MS = 2_000;
const POLL_MS = 20;
const AWAKE_MS = 1_000;

/** Resolves what the container makes for a token. */
export type Get = <T>(target: Token<T>) => Promise<T>;

/**
 * Runs `work` on the application as the server has it, without the server: beside live nodes, which hear of what
 * happens by Redis at once or else find it in the database. The schema is not touched, and must be of this version.
 */
export async function withApplication<T>(io: CliIo, work: (get: Get) => Promise<T>): Promise<T> {
  const config = storedConfig(io, { mustExist: true });
  await assertCurrent(config);
  const container = buildContainer(config);
  // The log goes beside the answer. Who wants the audit trail of a command sets LOG_LEVEL=info.
  const level = io.env['LOG_LEVEL'] ? config.logLevel : 'error';
  rebind(container, TOKENS.logger, createPinoLogger({ level, destination: io.stderr }));
  const get: Get = (target) => resolve(container, target);
  // Work that only waits for a timer of ours, or for a file, would let the process end.
  const awake = setInterval(() => undefined, AWAKE_MS);
  try {
    const bus = await get(TOKENS.bus);
    rebind(container, TOKENS.sessionEnds, endsElsewhere(bus));
    await untilRedisAnswers(io, get);
    return await work(get);
  } finally {
    clearInterval(awake);
    await close(config, get);
  }
}

async function assertCurrent({ databaseUrl: url, databaseTls: ssl }: Config): Promise<void> {
  const { pending } = await migrationStatus({ url, ssl, clock: new SystemClock(), asItIs: true });
  if (pending.length === 0) return;
  const what = `The schema of the database lacks ${pending.join(', ')}.`;
  throw new CliError(EXIT.failed, `${what} Run parley migrate up, or start this version of the server, first.`);
}

function rebind<T>(container: Container, target: Token<T>, value: T): void {
  container.rebind<T>(target).toConstantValue(value);
}

/** No connection is here: those of other nodes are cut by the news, or when their node looks for ended sessions. */
const endsElsewhere = (bus: ports.RoomBus): SessionEnds =>
  new SessionEnds({
    guard: { forget: () => undefined },
    broadcaster: { endSession: (sessionId) => bus.tellAll({ type: 'session_ended', sessionId }) },
    watch: { checkSoon: () => undefined },
  });

async function untilRedisAnswers(io: CliIo, get: Get): Promise<void> {
  const redis = await get(TOKENS.redis);
  for (let waitedMs = 0; redis && !redis.isUp; waitedMs += POLL_MS) {
    if (waitedMs >= REDIS_WAIT_MS) {
      note(io, 'Redis does not answer: live nodes follow by the database, within seconds.');
      return;
    }
    await new Promise((resume) => setTimeout(resume, POLL_MS));
  }
}

async function close(config: Config, get: Get): Promise<void> {
  if (config.redisUrl !== null) {
    const [bus, redis] = [await get(TOKENS.bus), await get(TOKENS.redis)];
    await bus.close();
    // What was told before has been taken when this is answered.
    await redis?.commands.ping().catch(() => undefined);
    await redis?.close();
  }
  await (await get(TOKENS.persistence)).close();
}
