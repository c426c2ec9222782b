import { ContainerModule } from 'inversify';
import { ActionLimits } from '../../application/access/action-limits.ts';
import { SessionGuard } from '../../application/access/session-guard.ts';
import { ExternalSessions } from '../../application/auth/external-sessions.ts';
import { PasswordPolicy } from '../../application/auth/password-policy.ts';
import { SessionIssuer } from '../../application/auth/session-issuer.ts';
import { SignInLimits, type SignInLimitRules } from '../../application/auth/sign-in-limits.ts';
import { ChangePassword } from '../../application/use-cases/change-password.ts';
import { EndSession } from '../../application/use-cases/end-session.ts';
import { ListSessions } from '../../application/use-cases/list-sessions.ts';
import { LogIn } from '../../application/use-cases/log-in.ts';
import { RefreshSession } from '../../application/use-cases/refresh-session.ts';
import { RegisterUser } from '../../application/use-cases/register-user.ts';
import { ViewUser } from '../../application/use-cases/view-user.ts';
import { provide } from '../di/token.ts';
import { TOKENS } from '../di/tokens.ts';

const FAILURES_PER_ACCOUNT_AND_ADDRESS = { points: 10, durationMs: 15 * 60_000 };
/** A hundred guesses a day are far from any password that is not the most common of all. */
const FAILURES_PER_ACCOUNT = { points: 100, durationMs: 24 * 60 * 60_000 };
const FAILURES_PER_USER = FAILURES_PER_ACCOUNT_AND_ADDRESS;
const NO_LIMITS: SignInLimitRules = { perAddress: null, perAccountAndAddress: null, perAccount: null, perUser: null };

export const accountsModule = new ContainerModule((options) => {
  const { config, clock, ids, tokens, hasher, limiter, persistence, presence } = TOKENS;
  const { guard, issuer, signInLimits, sessionEnds, passwords, external, logger } = TOKENS;
  provide(
    options,
    external,
    { provider: TOKENS.identityProvider, persistence, tokens, ids, clock, logger },
    ({ provider, persistence, ...rest }) => provider && new ExternalSessions({ ...persistence, ...rest, provider }),
  );
  provide(options, guard, { persistence, tokens, clock, external }, ({ persistence, ...rest }) => {
    return new SessionGuard({ ...rest, sessions: persistence.sessions });
  });
  provide(options, TOKENS.actionLimits, { config, limiter }, ({ config, limiter }) => {
    return new ActionLimits({ limiter: config.socketRate ? limiter : null });
  });
  provide(options, issuer, { tokens, ids, clock }, (deps) => new SessionIssuer(deps));
  provide(options, passwords, { denylist: TOKENS.denylist }, (deps) => new PasswordPolicy(deps));
  provide(options, signInLimits, { config, limiter }, ({ config, limiter }) => {
    const rules = {
      perAddress: config.authRate,
      perAccountAndAddress: FAILURES_PER_ACCOUNT_AND_ADDRESS,
      perAccount: FAILURES_PER_ACCOUNT,
      perUser: FAILURES_PER_USER,
    };
    return new SignInLimits({ limiter, rules: config.authRate ? rules : NO_LIMITS });
  });
  provide(
    options,
    TOKENS.registerUser,
    { persistence, hasher, issuer, limits: signInLimits, passwords, ids, clock, logger },
    ({ persistence, ...rest }) => new RegisterUser({ ...rest, unitOfWork: persistence.unitOfWork }),
  );
  provide(
    options,
    TOKENS.logIn,
    { persistence, hasher, issuer, limits: signInLimits, logger },
    ({ persistence, ...rest }) => new LogIn({ ...rest, users: persistence.users, unitOfWork: persistence.unitOfWork }),
  );
  provide(
    options,
    TOKENS.refreshSession,
    { persistence, tokens, issuer, limits: signInLimits, ends: sessionEnds, clock, logger },
    ({ persistence, ...rest }) =>
      new RefreshSession({ ...rest, users: persistence.users, sessions: persistence.sessions }),
  );
  provide(
    options,
    TOKENS.endSession,
    { persistence, ends: sessionEnds, clock, logger },
    ({ persistence, ...rest }) =>
      new EndSession({ ...rest, sessions: persistence.sessions, identities: persistence.identities }),
  );
  provide(
    options,
    TOKENS.listSessions,
    { persistence, clock },
    ({ persistence, clock }) => new ListSessions({ sessions: persistence.sessions, clock }),
  );
  provide(
    options,
    TOKENS.changePassword,
    { persistence, hasher, passwords, limits: signInLimits, ends: sessionEnds, clock, logger },
    ({ persistence, ...rest }) =>
      new ChangePassword({ ...rest, users: persistence.users, unitOfWork: persistence.unitOfWork }),
  );
  provide(
    options,
    TOKENS.viewUser,
    { persistence, presence },
    ({ persistence, presence }) => new ViewUser({ users: persistence.users, members: persistence.members, presence }),
  );
});
