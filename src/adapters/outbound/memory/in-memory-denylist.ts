import type { PasswordDenylist } from '../../../application/ports/index.ts';

/** Knows the passwords that it is given. Without any, everything is allowed. */
export class InMemoryDenylist implements PasswordDenylist {
  readonly #common: ReadonlySet<string>;

  constructor(common: readonly string[] = []) {
    this.#common = new Set(common.map((password) => password.toLowerCase()));
  }

  isCommon(password: string): boolean {
    return this.#common.has(password.toLowerCase());
  }
}
