import { dictionary } from '@zxcvbn-ts/language-common';
import type { PasswordDenylist } from '../../../application/ports/index.ts';
import { codePoints } from '../../../domain/text/text.ts';
import { PASSWORD_CHARS_MIN } from '../../../domain/user/user.ts';

/** The passwords that leaked most often, as zxcvbn-ts collects them: some 18,000 of them are long enough. */
export class CommonPasswords implements PasswordDenylist {
  readonly #common: ReadonlySet<string> = new Set(
    dictionary['passwords-common'].filter((password) => codePoints(password) >= PASSWORD_CHARS_MIN),
  );

  isCommon(password: string): boolean {
    return this.#common.has(password.toLowerCase());
  }
}
