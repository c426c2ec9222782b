import { assertAcceptablePassword, type User } from '../../domain/user/user.ts';
import { AppError } from '../errors/app-error.ts';
import { checkRule } from '../errors/check-rule.ts';
import type * as ports from '../ports/index.ts';

const COMMON = 'The password is one that very many people use. Choose another one.';

/** What a new password must be. An old one is only ever compared. */
export class PasswordPolicy {
  readonly #denylist: ports.PasswordDenylist;

  constructor(deps: { readonly denylist: ports.PasswordDenylist }) {
    this.#denylist = deps.denylist;
  }

  /** Throws VALIDATION_FAILED about the field. */
  check(field: string, password: string, owner: Pick<User, 'email' | 'username'>): void {
    checkRule(field, () => assertAcceptablePassword(password, owner));
    if (!this.#denylist.isCommon(password)) return;
    throw new AppError('VALIDATION_FAILED', { message: COMMON, details: { [field]: COMMON } });
  }
}
