import { sqliteFile, sqlHarness } from '../integration/sequelize/sql-harness.ts';
import { persistenceContract } from './persistence.contract.ts';

persistenceContract('SQLite', sqlHarness(sqliteFile));
