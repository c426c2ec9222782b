import { AppError } from '../../../application/errors/app-error.ts';
import type { SessionId } from '../../../domain/session/session.ts';
import type { UserId } from '../../../domain/user/user.ts';
import type * as ports from '../../../application/ports/index.ts';
import type { ChangePassword } from '../../../application/use-cases/change-password.ts';
import type { EndSession } from '../../../application/use-cases/end-session.ts';
import type { ListSessions } from '../../../application/use-cases/list-sessions.ts';
import type { LogIn } from '../../../application/use-cases/log-in.ts';
import type { RefreshSession } from '../../../application/use-cases/refresh-session.ts';
import type { RegisterUser } from '../../../application/use-cases/register-user.ts';
import type { ViewUser } from '../../../application/use-cases/view-user.ts';
import { presentSession, presentSignedIn, presentUser } from '../../wire/present.ts';
import type { HttpHandlers, RequestOrigin } from './mount-contract.ts';

export interface AccountUseCases {
  readonly registerUser: RegisterUser;
  readonly logIn: LogIn;
  readonly refreshSession: RefreshSession;
  readonly endSession: EndSession;
  readonly listSessions: ListSessions;
  readonly changePassword: ChangePassword;
  readonly viewUser: ViewUser;
  /** Whether there are accounts here: to register and sign in, to sign in only, or none. */
  readonly accounts: 'on' | 'login' | 'off';
}

type AccountOperation =
  | 'register'
  | 'logIn'
  | 'refresh'
  | 'logOut'
  | 'logOutEverywhere'
  | 'listSessions'
  | 'endSession'
  | 'changePassword'
  | 'viewMe'
  | 'viewUser';

const NO_CONTENT = { body: undefined };

const asking = ({ userId, sessionId }: ports.AccessClaims, { address }: RequestOrigin) => ({
  ...{ userId, callerSessionId: sessionId, address },
});

export function accountHandlers(useCases: AccountUseCases): Pick<HttpHandlers, AccountOperation> {
  const { registerUser, logIn, refreshSession, endSession, listSessions, changePassword, viewUser, accounts } =
    useCases;
  const admit = (...modes: readonly AccountUseCases['accounts'][]) => {
    if (!modes.includes(accounts)) throw new AppError('FORBIDDEN', { message: 'Accounts are kept elsewhere.' });
  };
  return {
    register: async ({ body, origin }) => {
      admit('on');
      return { body: presentSignedIn(await registerUser.execute({ ...body, ...origin })) };
    },

    logIn: async ({ body, origin }) => {
      admit('on', 'login');
      return { body: presentSignedIn(await logIn.execute({ ...body, ...origin })) };
    },

    refresh: async ({ body, origin: { address } }) => {
      admit('on', 'login');
      return { body: presentSignedIn(await refreshSession.execute({ ...body, address })) };
    },

    logOut: async ({ caller, origin }) => {
      await endSession.execute({ ...asking(caller, origin), which: 'one', sessionId: caller.sessionId });
      return NO_CONTENT;
    },

    logOutEverywhere: async ({ caller, origin }) => {
      await endSession.execute({ ...asking(caller, origin), which: 'all' });
      return NO_CONTENT;
    },

    listSessions: async ({ caller }) => {
      const sessions = await listSessions.execute({ userId: caller.userId });
      return { body: { sessions: sessions.map((session) => presentSession(session, caller.sessionId)) } };
    },

    endSession: async ({ caller, params, origin }) => {
      const sessionId = params.sessionId as SessionId;
      await endSession.execute({ ...asking(caller, origin), which: 'one', sessionId });
      return NO_CONTENT;
    },

    changePassword: async ({ caller, body, origin: { address } }) => {
      admit('on', 'login');
      await changePassword.execute({ ...body, userId: caller.userId, sessionId: caller.sessionId, address });
      return NO_CONTENT;
    },

    viewMe: async ({ caller: { userId } }) => {
      const { user } = await viewUser.execute({ callerId: userId, userId });
      return {
        body: {
          user: {
            id: user.id,
            email: user.email,
            username: user.username,
            createdAt: new Date(user.createdAtMs).toISOString(),
          },
        },
      };
    },

    viewUser: async ({ caller, params }) => ({
      body: {
        user: presentUser(await viewUser.execute({ callerId: caller.userId, userId: params.userId as UserId })),
      },
    }),
  };
}
