import { startEmbedded } from '../support/harness/embedded.ts';
import { everySuite } from './every-suite.ts';

everySuite('memory, embedded', (env) => startEmbedded({ DATABASE_URL: 'memory:', ...env }));
