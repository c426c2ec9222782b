import type { Start } from '../support/harness/site.ts';
import { budgetsSuite } from './budgets.suite.ts';
import { devicesSuite } from './devices.suite.ts';
import { externalIdentitySuite } from './external-identity.suite.ts';
import { foundingClientSuite } from './founding-client.suite.ts';
import { junkEventsSuite } from './junk-events.suite.ts';
import { hostileInputSuite } from './hostile-input.suite.ts';
import { junkRoutesSuite } from './junk-routes.suite.ts';
import { limitsSuite } from './limits.suite.ts';
import { matrixSuite } from './matrix.suite.ts';
import { membershipSuite } from './membership.suite.ts';
import { moderationSuite } from './moderation.suite.ts';
import { pagingSuite } from './paging.suite.ts';
import { resumeSuite } from './resume.suite.ts';
import { rolesSuite } from './roles.suite.ts';
import { secrecySuite } from './secrecy.suite.ts';
import { sessionsSuite } from './sessions.suite.ts';
import { silenceSuite } from './silence.suite.ts';
import { tokenAttacksSuite } from './token-attacks.suite.ts';

/** What the whole product promises over the wire: the same on every database. */
export function everySuite(database: string, start: Start): void {
  foundingClientSuite(database, start);
  membershipSuite(database, start);
  pagingSuite(database, start);
  secrecySuite(database, start);
  silenceSuite(database, start);
  matrixSuite(database, start);
  moderationSuite(database, start);
  rolesSuite(database, start);
  resumeSuite(database, start);
  devicesSuite(database, start);
  sessionsSuite(database, start);
  externalIdentitySuite(database, start);
  tokenAttacksSuite(database, start);
  budgetsSuite(database, start);
  limitsSuite(database, start);
  hostileInputSuite(database, start);
  junkEventsSuite(database, start);
  junkRoutesSuite(database, start);
}
