import { describe, inject, test } from 'vitest';
import { flavours, isMissing, productNames, type Flavour, type ProvidedServer } from './types.ts';

export interface ServerDatabase {
  readonly flavour: Flavour;
  /** For a test's title: 'MySQL 9.7.1', or 'MySQL (missing)'. */
  readonly title: string;
  /** Why there is no server. */
  readonly missing?: string;
  /** True only where the server is missing and whoever runs the tests has said that this is all right. */
  readonly skip: boolean;
  /** The administrator's URL; throws the reason if the server is missing, so that the test fails with it. */
  url(): string;
}

/** Always one entry for each product: a server that could not be had is never passed over in silence. */
export const serverDatabases: readonly ServerDatabase[] = flavours.map((flavour) => {
  const provided = providedServer(flavour);
  if (isMissing(provided)) {
    const { missing } = provided;
    const url = () => {
      throw new Error(`${productNames[flavour]} is missing: ${missing}`);
    };
    return { flavour, title: `${productNames[flavour]} (missing)`, missing, skip: mayBeMissing(), url };
  }
  return { flavour, title: provided.server, skip: false, url: () => provided.url };
});

/** For what is tested on one server only. */
export function mysqlUrl(): string {
  const mysql = serverDatabases.find(({ flavour }) => flavour === 'mysql');
  if (!mysql) throw new Error('There is no MySQL.');
  return mysql.url();
}

/** Runs the same tests on each server, with one failing or skipped test in the place of a missing server's. */
export function describeServers(title: string, body: (database: ServerDatabase, url: string) => void): void {
  for (const database of serverDatabases) {
    describe(`${title} on ${database.title}`, () => {
      if (database.missing === undefined) body(database, database.url());
      else test.skipIf(database.skip)('has a server to run on', () => void database.url());
    });
  }
}

function providedServer(flavour: Flavour): ProvidedServer {
  // The type promises a value, but a project without the global setup has none.
  const provided = inject('databases') as Record<Flavour, ProvidedServer> | undefined;
  return provided?.[flavour] ?? { missing: 'tests/support/databases/global-setup.ts has not run for this project.' };
}

function mayBeMissing(): boolean {
  const ci = process.env['CI'] ?? '';
  const inCi = ci !== '' && ci !== 'false';
  return !inCi && process.env['PARLEY_TEST_ALLOW_MISSING_DATABASES'] === '1';
}
