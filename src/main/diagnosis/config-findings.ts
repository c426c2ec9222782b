import { broken, fine, weak, type Finding } from '../../application/diagnosis/finding.ts';
import type { Config } from '../config/config.ts';

const DISTINCT_CHARACTERS_MIN = 12;
/** What stands in examples, and in the first place where somebody looks. */
const PLACEHOLDER = /secret|change.?me|password|example|parley|0123|1234|abcd|qwer|test/i;

/** What a usable configuration still leaves open. */
export const configFindings = (config: Config): readonly Finding[] => [
  environment(config),
  secrets(config),
  limits(config),
  nodes(config),
];

function environment({ production }: Config): Finding {
  if (production) return fine('environment', 'NODE_ENV is production');
  const advice =
    'Fine on a laptop. On a server set NODE_ENV=production: until then every origin is let in, ' +
    'common passwords are taken, and secrets may be made up.';
  return weak('environment', 'NODE_ENV is not production', advice);
}

function secrets({ jwtSecrets }: Config): Finding {
  const make = 'Make one with openssl rand -base64 48 and set it on every node.';
  if (jwtSecrets.length === 0) {
    return weak('secrets', 'JWT_SECRET is not set', `One is made up and kept beside the data. ${make}`);
  }
  const guessable = jwtSecrets.filter((secret) => isGuessable(secret)).length;
  if (guessable > 0) {
    const seen = `${guessable} of ${jwtSecrets.length} in JWT_SECRET can be guessed`;
    return broken('secrets', seen, `Whoever guesses it is anybody. ${make}`);
  }
  return fine('secrets', `JWT_SECRET has ${jwtSecrets.length}, none of them is easy to guess`);
}

/** Few characters, or words that people put there for the time being. Random ones hold such words now and then. */
function isGuessable(secret: string): boolean {
  const distinct = new Set(secret).size;
  const words = secret.match(/[a-z]{4,}|\d{4,}/gi)?.filter((word) => PLACEHOLDER.test(word)) ?? [];
  return distinct < DISTINCT_CHARACTERS_MIN || words.join('').length * 4 > secret.length;
}

function limits({ messageRate, authRate, socketRate, connectionLimit }: Config): Finding {
  const all = {
    MESSAGE_RATE_LIMIT: messageRate,
    AUTH_RATE_LIMIT: authRate,
    SOCKET_RATE_LIMIT: socketRate,
    CONNECTION_LIMIT: connectionLimit,
  };
  const off = Object.entries(all).flatMap(([name, value]) => (value === null ? [name] : []));
  if (off.length === 0) return fine('limits', 'all are on');
  return weak('limits', `off: ${off.join(', ')}`, 'One client alone can take what all need: leave them on.');
}

function nodes({ databaseUrl, redisUrl }: Config): Finding {
  if (redisUrl === null) return fine('nodes', 'one node, as REDIS_URL is not set');
  if (/^(mysql|mariadb):/.test(databaseUrl)) return fine('nodes', 'several nodes by Redis and one database');
  const advice = 'Nodes on other machines cannot share a file: use MySQL or MariaDB, or leave REDIS_URL out.';
  return weak('nodes', 'REDIS_URL is set, and the database is a file', advice);
}
