import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import type { LoadResult, LoadSpec } from '../load/spec.ts';
import { generateLoad } from './generator.ts';
import { runNode, startNodeServer, type ServerHandle } from './processes.ts';
import { summarise, type Row, type RowSummary } from './table.ts';

export interface BenchSettings {
  /** An administrator's URL of the database server, without a database name. */
  readonly databaseServer: string;
  readonly databasePid: number;
  readonly compiled: string;
  /** The product's entry. */
  readonly product: string;
  readonly quick: boolean;
  readonly turns: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
  readonly profileDirectory?: string | undefined;
}

export type Load = Omit<LoadSpec, 'port' | 'pids'>;
export type ReferenceName = 'plain-server' | 'bare-socketio';

/** The product is measured as `npm start` starts it. */
function optionsOfStart(): string[] {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: { start: string } };
  return scripts.start.split(' ').filter((word) => word.startsWith('--'));
}

const secret = 'only for the benchmark; 32 bytes and more of it';

/** What the scenarios work with: servers, databases, loads, and a place for what came out. */
export class Bench {
  readonly settings: BenchSettings;
  readonly rows: RowSummary[] = [];
  readonly notes: string[] = [];
  readonly loads: { readonly label: string; readonly result: LoadResult }[] = [];
  #databases = 0;

  constructor(settings: BenchSettings) {
    this.settings = settings;
  }

  say(text: string): void {
    console.error(`  ${text}`);
  }

  add(row: Row): void {
    this.rows.push(summarise(row));
  }

  note(text: string): void {
    this.notes.push(text);
  }

  /** A B, A B, A B: what the machine does besides then touches all of them. */
  async inTurns(work: (turn: number) => Promise<void>): Promise<void> {
    for (let turn = 0; turn < this.settings.turns; turn += 1) await work(turn);
  }

  /** An empty database; it goes with the server, or is dropped by the next run that takes its name. */
  async createDatabase(): Promise<string> {
    this.#databases += 1;
    const name = `parley_bench_${this.#databases}`;
    await this.sql(`DROP DATABASE IF EXISTS ${name}`, `CREATE DATABASE ${name} CHARACTER SET utf8mb4`);
    const url = new URL(this.settings.databaseServer);
    url.pathname = `/${name}`;
    return url.href;
  }

  /** Returns the rows of the last statement. All run in one session. */
  async sql(...statements: string[]): Promise<Record<string, unknown>[]> {
    const connection = await createConnection({ uri: this.settings.databaseServer });
    try {
      let rows: unknown = [];
      for (const statement of statements) [rows] = await connection.query(statement);
      return Array.isArray(rows) ? (rows as Record<string, unknown>[]) : [];
    } finally {
      await connection.end();
    }
  }

  /** Without limits, if not said otherwise: they are not what is measured. */
  async startProduct(
    databaseUrl: string,
    label = 'product',
    environment: Readonly<Record<string, string>> = {},
  ): Promise<ServerHandle> {
    return startNodeServer({
      name: label,
      file: this.settings.product,
      options: optionsOfStart(),
      environment: {
        DATABASE_URL: databaseUrl,
        JWT_SECRET: secret,
        MESSAGE_RATE_LIMIT: 'off',
        AUTH_RATE_LIMIT: 'off',
        SOCKET_RATE_LIMIT: 'off',
        CONNECTION_LIMIT: 'off',
        BCRYPT_COST: '4',
        LOG_LEVEL: 'error',
        SOCKET_TRANSPORTS: 'polling,websocket',
        ...environment,
      },
      profileDirectory: this.settings.profileDirectory,
    });
  }

  async startReference(name: ReferenceName, databaseUrl = ''): Promise<ServerHandle> {
    return startNodeServer({
      name,
      file: join(this.settings.compiled, 'reference', `${name}.js`),
      environment: { DATABASE_URL: databaseUrl, JWT_SECRET: secret, BCRYPT_COST: '4' },
      profileDirectory: this.settings.profileDirectory,
    });
  }

  async rawInsert(databaseUrl: string, seconds: number, lanes: number): Promise<number> {
    const output = await runNode({
      name: 'raw insert',
      file: join(this.settings.compiled, 'reference/raw-insert.js'),
      args: [String(seconds), String(lanes)],
      environment: { DATABASE_URL: databaseUrl },
    });
    return (JSON.parse(output) as { rowsPerSecond: number }).rowsPerSecond;
  }

  /** Before the first turn: a server that is still being compiled, by itself and for a while, is not what is measured. */
  async warmUp(server: ServerHandle, spec: Load): Promise<void> {
    const phases = [{ kind: 'stream', warmUpMs: this.settings.quick ? 700 : 2_000, measureMs: 100 } as const];
    await this.#generate(server, { ...spec, phases });
  }

  async load(label: string, server: ServerHandle, spec: Load, whileHolding?: () => Promise<void>): Promise<LoadResult> {
    const result = await this.#generate(server, spec, whileHolding);
    this.loads.push({ label, result });
    for (const error of result.errors) this.note(`${label}: ${error}`);
    return result;
  }

  async #generate(server: ServerHandle, spec: Load, whileHolding?: () => Promise<void>): Promise<LoadResult> {
    const pids = { server: server.pid, database: this.settings.databasePid };
    const generator = {
      name: 'generator',
      file: join(this.settings.compiled, 'load/main.js'),
      profileDirectory: this.settings.profileDirectory,
    };
    return generateLoad(generator, { ...spec, port: server.port, pids }, whileHolding);
  }
}
