import { inspectRedis, redisFindings } from '../../adapters/outbound/redis/inspect-redis.ts';
import { inspectDatabase } from '../../adapters/outbound/sequelize/inspect-database.ts';
import { inspectProcess, processFindings } from '../../adapters/outbound/system/inspect-process.ts';
import { SystemClock } from '../../adapters/outbound/system/system-clock.ts';
import { broken, fine, weak, type Finding } from '../../application/diagnosis/finding.ts';
import { ConfigError, readConfig, type Config } from '../config/config.ts';
import { configFindings } from './config-findings.ts';

const PATIENCE_MS = 15_000;

type InWords = (error: unknown) => string;
type Env = Readonly<Record<string, string | undefined>>;

/** All checks, in the order in which a person would look. Changes nothing, so it may run beside a live server. */
export async function diagnose(env: Env, inWords: InWords): Promise<readonly Finding[]> {
  const ofProcess = processFindings(await inspectProcess());
  try {
    const config = readConfig(env);
    const usable = fine('configuration', 'it can be used');
    const ofOthers = await Promise.all([ofDatabase(config, inWords, false), ofRedis(config)]);
    return [...ofProcess, usable, ...configFindings(config), ...ofOthers.flat()];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const seen = error.message.replaceAll(/\s*\n\s*/g, ' ');
    const advice = 'Correct these variables; .env.example explains each. Nothing that they name was looked at.';
    return [...ofProcess, broken('configuration', seen, advice)];
  }
}

/**
 * What is weak or wrong with a server that has just started with this configuration, except what its parts warn of
 * themselves while they start. Takes 15 s at most, and never rejects for what it looks at.
 */
export async function weakSpots(config: Config, inWords: InWords): Promise<readonly Finding[]> {
  const ofProcess = processFindings(await inspectProcess());
  const [ofData, ofNews] = await Promise.all([ofDatabase(config, inWords, true), ofRedis(config)]);
  // The link to Redis says by itself when there is no answer.
  const ofRedisItself = ofNews.filter(({ check, verdict }) => check !== 'redis' || verdict !== 'warn');
  const all = [...ofProcess, ...configFindings(config), ...ofData, ...ofRedisItself];
  return all.filter(({ verdict }) => verdict !== 'ok');
}

async function ofDatabase(config: Config, inWords: InWords, isOpened: boolean): Promise<readonly Finding[]> {
  const { databaseUrl: url, databaseTls: ssl, databasePoolMax: poolMax } = config;
  if (url === 'memory:') {
    return [weak('database', 'in memory', 'Everything is gone when the server stops: set DATABASE_URL.')];
  }
  try {
    return await inTime(inspectDatabase({ url, ssl, poolMax, clock: new SystemClock(), isOpened }));
  } catch (error) {
    return [broken('database', 'it cannot be looked at', inWords(error))];
  }
}

async function ofRedis({ redisUrl }: Config): Promise<readonly Finding[]> {
  if (redisUrl === null) return [];
  const urls = redisUrl.split(',').map((url) => url.trim());
  const findings = await Promise.all(urls.map(async (url) => redisFindings(await inspectRedis(url))));
  if (urls.length === 1) return findings.flat();
  return findings.flatMap((list, index) =>
    list.map((finding) => ({ ...finding, seen: `${new URL(urls[index] ?? '').host}: ${finding.seen}` })),
  );
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`There was no answer for ${PATIENCE_MS / 1_000} s.`)), PATIENCE_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
