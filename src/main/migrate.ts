import { SystemClock } from '../adapters/outbound/system/system-clock.ts';
import { migrateUp, migrationStatus } from '../adapters/outbound/sequelize/migrations/migrate.ts';
import { readConfig } from './config/config.ts';

/** Applies what is pending, or with `status` only tells it. The server does the same when it starts. */
async function main(): Promise<void> {
  const { databaseUrl, databaseTls } = readConfig(process.env);
  if (databaseUrl === 'memory:') throw new Error('There is nothing to migrate in memory.');
  const options = { url: databaseUrl, ssl: databaseTls, clock: new SystemClock() };
  const report = process.argv[2] === 'status' ? await migrationStatus(options) : await migrateUp(options);
  console.log(JSON.stringify(report, null, 2));
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
