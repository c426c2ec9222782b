import { randomBytes } from 'node:crypto';
import { createConnection } from 'mysql2/promise';

export interface FreshDatabase {
  /** The server's URL with this database's name in it. */
  readonly url: string;
  drop(): Promise<void>;
}

/** Creates an empty database that no other test knows of. */
export async function createDatabase(adminUrl: string): Promise<FreshDatabase> {
  const name = `parley_test_${randomBytes(8).toString('hex')}`;
  await execute(adminUrl, `create database ${name} character set utf8mb4`);
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  return { url: url.href, drop: async () => execute(adminUrl, `drop database if exists ${name}`) };
}

async function execute(url: string, statement: string): Promise<void> {
  const connection = await createConnection(url);
  try {
    await connection.query(statement);
  } finally {
    await connection.end();
  }
}
