import { RuleViolation } from '../rule-violation.ts';
import { registerUser, type User } from './user.ts';

type Draft = Omit<User, 'email' | 'username' | 'passwordHash'>;

/** What another system says about somebody; it knows nothing of our rules. */
export interface ExternalProfile {
  readonly email: string | null;
  readonly username: string | null;
}

const EMAIL_CHARS_MAX = 254;

/**
 * The user for somebody who is known elsewhere, without a password of ours. What the profile says is taken where it
 * can be: an address or a name that is not there, breaks our rules or belongs to somebody else is replaced. An address
 * is never a reason to be given the account that has it here.
 */
export function externalUser(draft: Draft, profile: ExternalProfile, taken: { email: boolean; names: number }): User {
  const email = taken.email || !isAddress(profile.email) ? placeholderOf(draft) : profile.email;
  const base = { ...draft, email, passwordHash: '' };
  const suffix = draft.id.slice(-4 - 4 * taken.names);
  const candidates = [
    ...(profile.username === null ? [] : [taken.names === 0 ? profile.username : `${profile.username}-${suffix}`]),
    `user-${suffix}`,
  ];
  for (const username of candidates) {
    try {
      return registerUser({ ...base, username });
    } catch (error) {
      if (!(error instanceof RuleViolation)) throw error;
    }
  }
  throw new RuleViolation('username_characters');
}

/** `.invalid` never belongs to anybody (RFC 2606). */
const placeholderOf = ({ id }: Draft): string => `${id}@users.invalid`;

const isAddress = (email: string | null): email is string =>
  email !== null && email.length <= EMAIL_CHARS_MAX && email.isWellFormed() && /^[^\s@]+@[^\s@]+$/.test(email);
