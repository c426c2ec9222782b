import { onServer, sqlHarness } from '../integration/sequelize/sql-harness.ts';
import { describeServers } from '../support/databases/available.ts';
import { persistenceContract } from './persistence.contract.ts';

describeServers('Persistence', (database, url) => persistenceContract(database.flavour, sqlHarness(onServer(url))));
