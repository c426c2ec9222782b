import { RuleViolation } from '../rule-violation.ts';
import { isOfOneScript } from '../text/scripts.ts';
import { assertStorableName, codePoints, utf8Bytes } from '../text/text.ts';

export type UserId = string & { readonly __brand: 'UserId' };

export const USERNAME_CHARS_MIN = 3;
export const USERNAME_CHARS_MAX = 50;
export const PASSWORD_CHARS_MIN = 8;
/** bcrypt silently ignores what lies beyond, so two different longer passwords would open the same account. */
export const PASSWORD_BYTES_MAX = 72;

export interface User {
  readonly id: UserId;
  readonly email: string;
  readonly username: string;
  readonly passwordHash: string;
  readonly createdAtMs: number;
  /** When the last device of this user went away; null for somebody who was never seen. */
  readonly lastSeenAtMs: number | null;
  /** Since when nobody may sign in to it; null for an account that is in use. */
  readonly disabledAtMs: number | null;
  /** Since when nothing personal is left of it, for good; null for any other. */
  readonly erasedAtMs: number | null;
}

/** Compatibility forms first: they may hide a space, or a letter that has a case. */
const settle = (text: string) => text.normalize('NFKC').trim().toLowerCase().normalize('NFKC').trim();

/** The form in which two spellings of one address are equal. Unique over all users. */
export function emailKeyOf(email: string): string {
  return settle(settle(email));
}

/** The form in which two spellings of one name are equal. Unique over all users. Upper-casing folds sharp s. */
export function usernameKeyOf(username: string): string {
  return settle(settle(username).toUpperCase());
}

export function registerUser(draft: User): User {
  const username = draft.username.trim().normalize('NFC');
  assertStorableName(username);
  const length = codePoints(username);
  if (length < USERNAME_CHARS_MIN || length > USERNAME_CHARS_MAX) throw new RuleViolation('username_length');
  // Only the plain space, and one at a time: other spaces and runs of them look alike on a screen.
  if (/[^\S ]| {2}/u.test(username)) throw new RuleViolation('username_characters');
  // So many marks on one letter spill over the lines above and below.
  if (/\p{M}{5}/u.test(username.normalize('NFD'))) throw new RuleViolation('username_characters');
  if (!isOfOneScript(username)) throw new RuleViolation('username_scripts');
  return Object.freeze({ ...draft, email: draft.email.trim(), username });
}

/** For a new password. An old one is only ever compared, whatever its length. */
export function assertAcceptablePassword(password: string, owner: Pick<User, 'email' | 'username'>): void {
  if (!password.isWellFormed()) throw new RuleViolation('text_not_well_formed');
  if (codePoints(password) < PASSWORD_CHARS_MIN || utf8Bytes(password) > PASSWORD_BYTES_MAX) {
    throw new RuleViolation('password_length');
  }
  const given = emailKeyOf(password);
  const email = emailKeyOf(owner.email);
  // What a guesser tries first is what everybody can see.
  const seen = [email, email.slice(0, email.lastIndexOf('@')), emailKeyOf(owner.username)];
  if (seen.includes(given)) throw new RuleViolation('password_is_name');
}
