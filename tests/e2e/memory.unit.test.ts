import { startServer } from '../support/harness/server.ts';
import { everySuite } from './every-suite.ts';

everySuite('memory', (env) => startServer({ DATABASE_URL: 'memory:', ...env }));
