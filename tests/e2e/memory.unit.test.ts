import { startServer } from '../support/harness/server.ts';
import { foundingClientSuite } from './founding-client.suite.ts';

foundingClientSuite('memory', () => startServer({ DATABASE_URL: 'memory:' }));
