import type { Identify } from '../../adapters/outbound/identity/host-identity-provider.ts';
import { ConfigError, ENVIRONMENT_VARIABLES, readConfig, type Config } from '../config/config.ts';
import type { Adapters } from '../di/adapters.ts';

export interface ParleyOptions {
  /** `sqlite:<path>`, `mysql://user:password@host:3306/name` or `memory:`. */
  readonly database: string;
  /** With it, any number of processes on one MySQL serve one chat. */
  readonly redisUrl?: string;
  /** Before every path, of routes and of sockets: `/chat`, which is the default, or deeper. */
  readonly basePath?: string;
  /**
   * Whose token it is: the application's own users. Without it people register and sign in with Parley. An answer is
   * believed for five seconds; one that takes as long counts as none.
   */
  readonly identify?: Identify;
  /** Under which name the application's users are stored: another one for each application on one database. */
  readonly issuer?: string;
  /** What the server reads from its environment, by the same names: see `.env.example`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Own implementations of ports. Parley does not close them. */
  readonly adapters?: Adapters;
}

/** Every segment must be one that no URL has to escape. */
const BASE_PATH = /^(\/[\w.~-]+)+$/;

/** These are options, or the application's business. */
const NOT_SETTINGS = new Set(['HOST', 'PORT', 'DATABASE_URL', 'REDIS_URL']);

export interface EmbeddedConfig extends Config {
  readonly issuer: string;
}

/** Throws ConfigError with all that is wrong. */
export function configOf(options: ParleyOptions): EmbeddedConfig {
  const { database, redisUrl, basePath = '/chat', issuer = 'host', settings = {} } = options;
  const problems: string[] = [];
  if (!BASE_PATH.test(basePath)) problems.push('basePath: must begin with / and not end with it, as /chat');
  if (issuer === '' || issuer.length > 255) problems.push('issuer: must have 1 to 255 characters');
  const unknown = Object.keys(settings).filter(
    (name) => !ENVIRONMENT_VARIABLES.includes(name) || NOT_SETTINGS.has(name),
  );
  problems.push(...unknown.map((name) => `settings.${name}: is no setting of an embedded Parley`));
  // Pages and output belong to the application: by default none, and only what somebody should know.
  const defaults = { LOG_LEVEL: 'warn', API_DOCS: 'off', DEMO_PAGE: 'off', METRICS: 'off' };
  const given = { ...defaults, ...settings, DATABASE_URL: database, ...(redisUrl ? { REDIS_URL: redisUrl } : {}) };
  try {
    const config = readConfig(given, { knowsUsers: options.identify !== undefined });
    if (problems.length === 0) return { ...config, basePath, issuer };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    problems.push(...error.problems);
  }
  throw new ConfigError(problems);
}
