import { hash as digest } from 'node:crypto';
import type { PasswordHasher } from '../../../application/ports/index.ts';
import { utf8Bytes } from '../../../domain/text/text.ts';
import { PASSWORD_BYTES_MAX } from '../../../domain/user/user.ts';

/**
 * NOT A PASSWORD HASH: it takes a microsecond, so whoever steals it has the passwords. For tests, which sign in a
 * thousand users and look at everything but this. Its queue is never full.
 */
export class PlainHasher implements PasswordHasher {
  #salts = 0;

  async hash(password: string): Promise<string> {
    if (!isComparable(password)) throw new RangeError('bcrypt cannot tell this password from others.');
    this.#salts += 1;
    return plainHash(String(this.#salts), password);
  }

  async verify(password: string, hash: string | null): Promise<boolean> {
    const [scheme, salt] = hash?.split('$') ?? [];
    if (scheme !== 'plain' || salt === undefined || !isComparable(password)) return false;
    return hash === plainHash(salt, password);
  }
}

const plainHash = (salt: string, password: string): string =>
  `plain$${salt}$${digest('sha256', `${salt}$${password}`, 'hex')}`;

/** The same bounds as the real one, so that a test cannot accept what it would refuse. */
const isComparable = (password: string): boolean =>
  password.isWellFormed() && utf8Bytes(password) <= PASSWORD_BYTES_MAX;
