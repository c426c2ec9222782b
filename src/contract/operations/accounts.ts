import * as z from 'zod';
import {
  LoginBody,
  OwnProfile,
  PasswordBody,
  PublicProfile,
  RefreshBody,
  RegisterBody,
  Session,
  SignedIn,
} from '../schemas/accounts.ts';
import { Id, NoContent } from '../schemas/common.ts';

const noContent = { status: 204, body: NoContent } as const;

export const accountOperations = {
  register: {
    method: 'post',
    path: '/api/auth/register',
    summary: 'Creates an account and signs it in.',
    auth: 'none',
    body: RegisterBody,
    ok: { status: 201, body: SignedIn },
    errors: ['EMAIL_TAKEN', 'USERNAME_TAKEN', 'FORBIDDEN', 'RATE_LIMITED'],
  },
  logIn: {
    method: 'post',
    path: '/api/auth/login',
    summary: 'Signs in on a new device. One answer for an unknown account and a wrong password.',
    auth: 'none',
    body: LoginBody,
    ok: { status: 200, body: SignedIn },
    errors: ['UNAUTHENTICATED', 'FORBIDDEN', 'RATE_LIMITED'],
  },
  refresh: {
    method: 'post',
    path: '/api/auth/refresh',
    summary:
      'A new pair of tokens for a refresh token, the same one when repeated within 30 s. A spent one ends the session.',
    auth: 'none',
    body: RefreshBody,
    ok: { status: 200, body: SignedIn },
    errors: ['UNAUTHENTICATED', 'FORBIDDEN'],
  },
  logOut: {
    method: 'post',
    path: '/api/auth/logout',
    summary: 'Ends the session of the token; its live sockets are cut at once.',
    auth: 'bearer',
    ok: noContent,
    errors: [],
  },
  logOutEverywhere: {
    method: 'post',
    path: '/api/auth/logout-all',
    summary: 'Ends every session of the caller.',
    auth: 'bearer',
    ok: noContent,
    errors: [],
  },
  listSessions: {
    method: 'get',
    path: '/api/auth/sessions',
    summary: "The caller's devices.",
    auth: 'bearer',
    ok: { status: 200, body: z.object({ sessions: z.array(Session) }) },
    errors: [],
  },
  endSession: {
    method: 'delete',
    path: '/api/auth/sessions/{sessionId}',
    summary: "Ends one of the caller's sessions.",
    auth: 'bearer',
    params: z.strictObject({ sessionId: Id }),
    ok: noContent,
    errors: ['NOT_FOUND'],
  },
  changePassword: {
    method: 'post',
    path: '/api/auth/password',
    summary: 'Changes the password and ends all other sessions.',
    auth: 'bearer',
    body: PasswordBody,
    ok: noContent,
    errors: ['FORBIDDEN', 'RATE_LIMITED'],
  },
  viewMe: {
    method: 'get',
    path: '/api/users/me',
    summary: "The caller's own profile.",
    auth: 'bearer',
    ok: { status: 200, body: z.object({ user: OwnProfile }) },
    errors: [],
  },
  viewUser: {
    method: 'get',
    path: '/api/users/{userId}',
    summary: 'A public profile with presence, for those who share a room with the user.',
    auth: 'bearer',
    params: z.strictObject({ userId: Id }),
    ok: { status: 200, body: z.object({ user: PublicProfile }) },
    errors: ['USER_NOT_FOUND'],
  },
} as const;
