import { sqliteFile } from '../integration/sequelize/sql-harness.ts';
import { describeServers } from '../support/databases/available.ts';
import { createDatabase } from '../support/databases/fresh-database.ts';
import { FRAMES, rawFramesSuite } from './raw-frames.suite.ts';

// What is peculiar to a database shows itself with fewer.
const SHARE = 10;

rawFramesSuite('SQLite', FRAMES / SHARE, sqliteFile);

describeServers('raw frames', (database, adminUrl) => {
  rawFramesSuite(database.title, FRAMES / SHARE, () => createDatabase(adminUrl));
});
