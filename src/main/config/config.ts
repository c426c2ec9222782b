import * as z from 'zod';
import { externalIssuer, ExternalVariables, type ExternalSetting } from './external-issuer.ts';
import {
  connections,
  databaseUrl,
  duration,
  frameRate,
  onOff,
  origins,
  rate,
  redisUrl,
  secrets,
  wholeNumber,
} from './values.ts';

export interface RateSetting {
  readonly points: number;
  readonly durationMs: number;
}

export interface Config {
  readonly production: boolean;
  readonly host: string;
  readonly port: number;
  /** `memory:`, `sqlite:<path>` or `mysql://...` */
  readonly databaseUrl: string;
  readonly databaseTls: boolean;
  readonly databasePoolMax: number;
  /** `redis://...`, or those of some nodes of a cluster, separated by commas; null: this node is alone. */
  readonly redisUrl: string | null;
  /** Set before every key and channel. */
  readonly redisPrefix: string;
  /** Empty: to be made up and kept beside the data (never in production). */
  readonly jwtSecrets: readonly string[];
  readonly jwtExpiresInSeconds: number;
  /** Before every path: empty, or as `/chat`. */
  readonly basePath: string;
  /** Whether there are accounts here: to register and sign in, to sign in only, or none. */
  readonly accounts: 'on' | 'login' | 'off';
  /** Whose tokens are good besides ours; null: nobody's. */
  readonly external: ExternalSetting | null;
  readonly bcryptCost: number;
  /** Whether a new password may be one that very many people use. */
  readonly commonPasswords: 'refused' | 'allowed';
  readonly corsOrigins: 'any' | readonly string[];
  readonly messageRate: RateSetting | null;
  readonly authRate: RateSetting | null;
  readonly socketRate: { readonly framesPerSecond: number; readonly burst: number } | null;
  /** Live connections on this node. */
  readonly connectionLimit: { readonly perUser: number; readonly perAddress: number } | null;
  readonly transports: readonly ('polling' | 'websocket')[];
  readonly trustProxy: number | false;
  /** Whether the documents of the API are served. */
  readonly apiDocs: boolean;
  /** Whether the page to try it is served at `/`. */
  readonly demoPage: boolean;
  /** Whether they are served at `/metrics`, and the token that whoever asks has to bring; null: not at all. */
  readonly metrics: { readonly token: string | null } | null;
  /** Whether webhooks may go to private networks and over plain http. */
  readonly webhooksAllowPrivate: boolean;
  /** Of an OTLP collector; null: no traces. */
  readonly tracesEndpoint: string | null;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** So long texts of messages are kept at most; null: as long as each room says. */
  readonly retentionDays: number | null;
  readonly shutdownMs: number;
}

/** Everything that is wrong with the environment, in one message that a person can act on. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The configuration is not usable:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.problems = problems;
  }
}

const Environment = z.object({
  NODE_ENV: z.string().default('development'),
  HOST: z.string().min(1).default('0.0.0.0'),
  PORT: wholeNumber(0, 65_535).default(4_000),
  DATABASE_URL: databaseUrl.optional(),
  DB_HOST: z.string().min(1).optional(),
  DB_PORT: wholeNumber(1, 65_535).default(3_306),
  DB_USER: z.string().default('root'),
  DB_PASS: z.string().default(''),
  DB_NAME: z.string().min(1).default('parley'),
  DB_SSL: onOff.default(false),
  DB_POOL_MAX: wholeNumber(1, 200).default(10),
  REDIS_URL: redisUrl.optional(),
  REDIS_PREFIX: z
    .string()
    .regex(/^[\w:-]{1,64}$/, 'must be up to 64 letters, digits, _, - or :')
    .default('parley:'),
  JWT_SECRET: secrets.optional(),
  JWT_EXPIRES_IN: duration.default(3_600_000),
  BUILT_IN_ACCOUNTS: z.enum(['on', 'login', 'off'], { error: 'must be on, login or off' }).optional(),
  ...ExternalVariables,
  COMMON_PASSWORDS: z.enum(['refused', 'allowed'], { error: 'must be refused or allowed' }).optional(),
  BCRYPT_COST: wholeNumber(4, 15).default(12),
  CORS_ORIGINS: origins.optional(),
  MESSAGE_RATE_LIMIT: rate.default({ points: 5, durationMs: 10_000 }),
  AUTH_RATE_LIMIT: rate.default({ points: 60, durationMs: 60_000 }),
  SOCKET_RATE_LIMIT: frameRate.default({ framesPerSecond: 100, burst: 300 }),
  CONNECTION_LIMIT: connections.default({ perUser: 50, perAddress: 1_000 }),
  SOCKET_TRANSPORTS: z
    .string()
    .default('polling,websocket')
    .transform((text) => text.split(',').map((name) => name.trim()))
    .pipe(z.array(z.enum(['polling', 'websocket'])).min(1)),
  TRUST_PROXY: wholeNumber(0, 10).default(0),
  API_DOCS: onOff.optional(),
  DEMO_PAGE: onOff.optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url({ protocol: /^https?$/, error: 'must be a URL of http or https' }).optional(),
  METRICS: onOff.optional(),
  METRICS_TOKEN: z.string().min(16, 'must have at least 16 characters').optional(),
  WEBHOOKS_ALLOW_PRIVATE: onOff.default(false),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  RETENTION_DAYS: wholeNumber(1, 36_500).optional(),
  SHUTDOWN_TIMEOUT: duration.default(10_000),
});

/** Everything that the server reads from its environment. */
export const ENVIRONMENT_VARIABLES: readonly string[] = Object.keys(Environment.shape);

type Env = Readonly<Record<string, string | undefined>>;

export interface Surrounding {
  /** The application around this one says who somebody is. */
  readonly knowsUsers: boolean;
}

/** An empty variable counts as absent, as in a copied .env.example. Throws ConfigError. */
export function readConfig(env: Env, surrounding: Surrounding = { knowsUsers: false }): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = Environment.safeParse(given);
  const problems = parsed.success
    ? [...production(parsed.data, surrounding), ...externalIssuer(parsed.data, surrounding).problems]
    : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  if (!parsed.success || problems.length > 0) {
    throw new ConfigError(problems);
  }
  const vars = parsed.data;
  const isProduction = vars.NODE_ENV === 'production';
  return {
    production: isProduction,
    host: vars.HOST,
    port: vars.PORT,
    databaseUrl: vars.DATABASE_URL ?? foundingUrl(vars) ?? 'sqlite:./data/parley.db',
    databaseTls: vars.DB_SSL,
    databasePoolMax: vars.DB_POOL_MAX,
    redisUrl: vars.REDIS_URL ?? null,
    redisPrefix: vars.REDIS_PREFIX,
    jwtSecrets: vars.JWT_SECRET ?? [],
    jwtExpiresInSeconds: Math.floor(vars.JWT_EXPIRES_IN / 1_000),
    basePath: '',
    accounts: vars.BUILT_IN_ACCOUNTS ?? (surrounding.knowsUsers ? 'off' : 'on'),
    external: externalIssuer(vars, surrounding).setting,
    commonPasswords: vars.COMMON_PASSWORDS ?? (isProduction ? 'refused' : 'allowed'),
    bcryptCost: vars.BCRYPT_COST,
    corsOrigins: vars.CORS_ORIGINS ?? (isProduction ? [] : 'any'),
    messageRate: vars.MESSAGE_RATE_LIMIT,
    authRate: vars.AUTH_RATE_LIMIT,
    socketRate: vars.SOCKET_RATE_LIMIT,
    connectionLimit: vars.CONNECTION_LIMIT,
    transports: vars.SOCKET_TRANSPORTS,
    trustProxy: vars.TRUST_PROXY === 0 ? false : vars.TRUST_PROXY,
    apiDocs: vars.API_DOCS ?? !isProduction,
    demoPage: vars.DEMO_PAGE ?? !isProduction,
    metrics: metricsOf(vars),
    tracesEndpoint: vars.OTEL_EXPORTER_OTLP_ENDPOINT ?? null,
    webhooksAllowPrivate: vars.WEBHOOKS_ALLOW_PRIVATE,
    logLevel: vars.LOG_LEVEL,
    retentionDays: vars.RETENTION_DAYS ?? null,
    shutdownMs: vars.SHUTDOWN_TIMEOUT,
  };
}

type Vars = z.output<typeof Environment>;

/** What a laptop may leave open and a server on the internet may not. */
function production(vars: Vars, { knowsUsers }: Surrounding): string[] {
  if (vars.NODE_ENV !== 'production') return [];
  const problems: string[] = [];
  // Without accounts here, no token is.
  if (!vars.JWT_SECRET && (!knowsUsers || (vars.BUILT_IN_ACCOUNTS ?? 'off') !== 'off'))
    problems.push('JWT_SECRET: required in production, at least 32 bytes (openssl rand -base64 48)');
  if (vars.AUTH_RATE_LIMIT === null) problems.push('AUTH_RATE_LIMIT: may not be off in production');
  if (vars.SOCKET_RATE_LIMIT === null) problems.push('SOCKET_RATE_LIMIT: may not be off in production');
  if (vars.CONNECTION_LIMIT === null) problems.push('CONNECTION_LIMIT: may not be off in production');
  if (vars.METRICS && !vars.METRICS_TOKEN) problems.push('METRICS_TOKEN: required in production, to serve metrics');
  if (vars.BCRYPT_COST < 10) problems.push('BCRYPT_COST: at least 10 in production');
  return problems;
}

function metricsOf({ NODE_ENV, METRICS, METRICS_TOKEN }: Vars): Config['metrics'] {
  const isOn = METRICS ?? (NODE_ENV !== 'production' || METRICS_TOKEN !== undefined);
  return isOn ? { token: METRICS_TOKEN ?? null } : null;
}

function foundingUrl(vars: Vars): string | undefined {
  if (!vars.DB_HOST) return undefined;
  const password = vars.DB_PASS ? `:${encodeURIComponent(vars.DB_PASS)}` : '';
  const account = `${encodeURIComponent(vars.DB_USER)}${password}`;
  return `mysql://${account}@${vars.DB_HOST}:${vars.DB_PORT}/${encodeURIComponent(vars.DB_NAME)}`;
}
