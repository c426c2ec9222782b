import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { connect } from '../../adapters/outbound/sequelize/connection.ts';

export interface ScratchDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

/** An empty database where the other one is: on the same server or disk. Rejects with the driver's reason. */
export async function scratchDatabase(url: string, ssl: boolean): Promise<ScratchDatabase> {
  return url.startsWith('sqlite:') ? inFolder(dirname(url.slice('sqlite:'.length))) : onServer(url, ssl);
}

async function inFolder(parent: string): Promise<ScratchDatabase> {
  mkdirSync(parent, { recursive: true, mode: 0o700 });
  const folder = await mkdtemp(join(parent, 'bench-'));
  return { url: `sqlite:${join(folder, 'parley.db')}`, drop: () => rm(folder, { recursive: true, force: true }) };
}

async function onServer(url: string, ssl: boolean): Promise<ScratchDatabase> {
  const name = `parley_bench_${randomBytes(6).toString('hex')}`;
  const say = async (statement: string) => {
    const { sequelize } = await connect({ url, ssl, poolMax: 1, deadlineMs: null, asItIs: true });
    await sequelize.query(statement).finally(() => sequelize.close());
  };
  await say(`CREATE DATABASE ${name} CHARACTER SET utf8mb4`);
  const own = new URL(url);
  own.pathname = `/${name}`;
  return { url: own.href, drop: () => say(`DROP DATABASE ${name}`) };
}
