import type { Clock, SchemaState } from '../../../application/ports/index.ts';

/** However many probes there are, the database is asked by one of them in this time. */
const KEPT_MS = 1_000;

export interface ReadinessDeps {
  /** Rejects when the database does not answer. */
  readonly ping: () => Promise<SchemaState>;
  /** Null when none is used. */
  readonly redis: () => 'up' | 'down' | null;
  readonly draining: () => boolean;
  readonly clock: Clock;
}

export interface Reason {
  readonly check: 'database' | 'schema' | 'redis' | 'draining';
  /** False: it is worse for it, and serves nevertheless. */
  readonly blocks: boolean;
  /** For people. The same words every time: nothing of the installation, and nothing that a driver said. */
  readonly reason: string;
}

export interface Readiness {
  readonly ok: boolean;
  readonly draining: boolean;
  readonly checks: {
    readonly database: 'up' | 'down';
    readonly schema: SchemaState | 'unknown';
    readonly redis?: 'up' | 'down';
  };
  readonly reasons: readonly Reason[];
}

type Asked = Pick<Readiness['checks'], 'database' | 'schema'>;

const REASONS: Readonly<Record<Reason['check'], Omit<Reason, 'check'>>> = {
  draining: { blocks: true, reason: 'This node is about to stop and takes nothing new.' },
  database: {
    blocks: true,
    reason: 'The database does not answer: it is down, cannot be reached, or all connections to it are in use.',
  },
  schema: { blocks: true, reason: 'The schema is older than this version needs: run parley migrate up.' },
  redis: {
    blocks: false,
    reason: 'Redis does not answer. The chat goes on; nodes hear of each other by way of the database, within seconds.',
  },
};

/** Whether this node should get traffic, and why not. Who asks while a question is under way gets its answer, too. */
export class ReadinessCheck {
  readonly #deps: ReadinessDeps;
  #asked: { readonly answer: Promise<Asked>; endedMs: number | null } | null = null;

  constructor(deps: ReadinessDeps) {
    this.#deps = deps;
  }

  /** Never rejects. */
  async execute(): Promise<Readiness> {
    const { database, schema } = await this.#database();
    // These cost nothing to look at, and a node that is about to stop must say so at once.
    const [redis, draining] = [this.#deps.redis(), this.#deps.draining()];
    const found: Readonly<Record<Reason['check'], boolean>> = {
      draining,
      database: database === 'down',
      schema: schema === 'older',
      redis: redis === 'down',
    };
    const checks = (Object.keys(REASONS) as Reason['check'][]).filter((check) => found[check]);
    const reasons = checks.map((check) => ({ check, ...REASONS[check] }));
    const ok = reasons.every(({ blocks }) => !blocks);
    return { ok, draining, checks: { database, schema, ...(redis ? { redis } : {}) }, reasons };
  }

  #database(): Promise<Asked> {
    const { ping, clock } = this.#deps;
    const last = this.#asked;
    if (last !== null && (last.endedMs === null || isWithin(clock.nowMs() - last.endedMs))) return last.answer;
    const answer = ping().then(
      (schema): Asked => ({ database: 'up', schema }),
      (): Asked => ({ database: 'down', schema: 'unknown' }),
    );
    const asked = { answer, endedMs: null as number | null };
    this.#asked = asked;
    void answer.then(() => (asked.endedMs = clock.nowMs()));
    return answer;
  }
}

/** A clock that was set back must not keep an answer for long. */
const isWithin = (ageMs: number): boolean => ageMs >= 0 && ageMs < KEPT_MS;
