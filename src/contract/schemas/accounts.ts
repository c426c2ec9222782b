import * as z from 'zod';
import { Id, Timestamp } from './common.ts';

/** Only a bound on the work; the rules about characters and bytes are the domain's. */
const SomePassword = z.string().min(1).max(1_024);

export const RegisterBody = z.strictObject({
  email: z.email().max(254),
  username: z.string().min(1).max(256),
  password: SomePassword,
});

/** Any address and any password may be tried: accounts move in from elsewhere, with other rules. */
export const LoginBody = z.strictObject({ email: z.string().min(1).max(320), password: SomePassword });

export const RefreshBody = z.strictObject({ refreshToken: z.string().min(1).max(512) });

export const PasswordBody = z.strictObject({ currentPassword: SomePassword, newPassword: SomePassword });

export const Account = z.object({ id: Id, email: z.string(), username: z.string() });

export const SignedIn = z.object({
  token: z.string(),
  refreshToken: z.string(),
  expiresIn: z.int().describe('Seconds until `token` ends.'),
  user: Account,
});

export const Session = z.object({
  id: Id,
  createdAt: Timestamp,
  lastUsedAt: Timestamp,
  expiresAt: Timestamp,
  userAgent: z.string(),
  current: z.boolean().describe('Whether it is the one that asks.'),
});

export const OwnProfile = Account.extend({ createdAt: Timestamp });

export const PublicProfile = z.object({
  id: Id,
  username: z.string(),
  online: z.boolean(),
  lastSeen: Timestamp.nullable(),
});
