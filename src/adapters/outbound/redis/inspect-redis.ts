import { Redis } from 'ioredis';
import { broken, fine, weak, type Finding } from '../../../application/diagnosis/finding.ts';

const TIMEOUT_MS = 2_000;
/** Sharded channels came with it. */
const MAJOR_MIN = 7;

/** Asks a Redis for what it says of itself. Null when it does not answer. `url` names one server. */
export async function inspectRedis(url: string): Promise<string | null> {
  const options = { lazyConnect: true, connectTimeout: TIMEOUT_MS, commandTimeout: TIMEOUT_MS };
  const client = new Redis(url, { ...options, maxRetriesPerRequest: 0, retryStrategy: () => null });
  // Without a listener an error would end the process; the call that failed rejects with it, too.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await client.info();
  } catch {
    return null;
  } finally {
    client.disconnect();
  }
}

/** What the answer to INFO means. */
export function redisFindings(info: string | null): readonly Finding[] {
  if (info === null) {
    const advice =
      'Messages go from node to node within seconds by way of the database, and limits count for each node alone. ' +
      'Check REDIS_URL, its password, and that Redis runs.';
    return [weak('redis', 'it does not answer', advice)];
  }
  const facts = new Map(info.split(/\r?\n/).map((line) => line.split(':', 2) as [string, string]));
  const of = (name: string): string => facts.get(name) ?? 'unknown';
  return [version(of), role(of), memory(of), persistence(of)];
}

type Facts = (name: string) => string;

function version(of: Facts): Finding {
  const seen = `version ${of('redis_version')} answers`;
  if (Number.parseInt(of('redis_version'), 10) >= MAJOR_MIN) return fine('redis', seen);
  return broken('redis', seen, `News between nodes need Redis ${MAJOR_MIN} or newer, or Valkey.`);
}

function role(of: Facts): Finding {
  if (of('role') !== 'slave') return fine('redis-writable', 'it takes writes');
  return broken('redis-writable', 'it is a replica', 'REDIS_URL has to name the primary.');
}

function memory(of: Facts): Finding {
  const policy = of('maxmemory_policy');
  const isBounded = !['0', 'unknown'].includes(of('maxmemory'));
  const seen = isBounded ? `${of('maxmemory_human')} at most, ${policy}` : 'no limit of memory';
  // Without a limit nothing is ever evicted, whatever the policy.
  if (!isBounded || policy === 'noeviction') return fine('redis-memory', seen);
  const advice =
    'When memory is short, users who are connected may be shown as gone and limits start anew: ' +
    'maxmemory-policy noeviction. Everything in it expires by itself.';
  return weak('redis-memory', seen, advice);
}

function persistence(of: Facts): Finding {
  const isKept = of('aof_enabled') === '1';
  const seen = isKept ? 'it writes an append-only file' : 'it writes no append-only file';
  // Never a fault: presence, limits and news are all made again.
  return fine('redis-persistence', `${seen}; none is needed`);
}
