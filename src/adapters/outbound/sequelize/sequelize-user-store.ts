import { Op, type Transaction } from 'sequelize';
import { AppError } from '../../../application/errors/app-error.ts';
import type { UserStore } from '../../../application/ports/index.ts';
import { emailKeyOf, usernameKeyOf, type User, type UserId } from '../../../domain/user/user.ts';
import { findRow, findRows } from './models/stored-row.ts';
import type { UserRow } from './models/user-model.ts';
import type { Scope } from './scope.ts';
import { dateOrNull, msOf, msOrNull, timeText } from './stored-time.ts';
import { isDuplicate } from './translate-error.ts';
import { boundedKey } from './unique-key.ts';

const MARK_SEEN = 'UPDATE users SET last_seen_at = ? WHERE id IN (?) AND (last_seen_at IS NULL OR last_seen_at < ?)';

export class SequelizeUserStore implements UserStore {
  readonly #scope: Scope;

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  async insert(user: User): Promise<void> {
    const row = toRow(user);
    const { users } = this.#scope.database.models;
    await this.#scope.write(async (transaction) => {
      try {
        await users.create(row, { transaction });
      } catch (error) {
        throw isDuplicate(error) ? ((await this.#taken(row, transaction)) ?? error) : error;
      }
    });
  }

  async byId(id: UserId): Promise<User | null> {
    return this.#find({ id });
  }

  async byIds(ids: readonly UserId[]): Promise<readonly User[]> {
    if (ids.length === 0) return [];
    const { users } = this.#scope.database.models;
    const where = { id: { [Op.in]: [...ids] } };
    const rows = await this.#scope.read((transaction) => findRows(users, { where, transaction }));
    return rows.map(toUser);
  }

  async byEmail(email: string): Promise<User | null> {
    return this.#find({ email_key: boundedKey(emailKeyOf(email)) });
  }

  async byUsername(username: string): Promise<User | null> {
    return this.#find({ username_key: boundedKey(usernameKeyOf(username)) });
  }

  async lock(id: UserId): Promise<User | null> {
    const { users } = this.#scope.database.models;
    const row = await this.#scope.read((transaction) =>
      // SQLite ignores the lock and needs none: the unit holds the only writer there is.
      findRow(users, { where: { id }, transaction, ...(transaction && { lock: transaction.LOCK.UPDATE }) }),
    );
    return row === null ? null : toUser(row);
  }

  async setPasswordHash(id: UserId, { from, to }: { readonly from: string; readonly to: string }): Promise<boolean> {
    const { users } = this.#scope.database.models;
    const where = { id, password_hash: from };
    const [found] = await this.#scope.write((transaction) =>
      users.update({ password_hash: to }, { where, transaction }),
    );
    return found === 1;
  }

  async setDisabled(id: UserId, atMs: number | null): Promise<boolean> {
    const { users } = this.#scope.database.models;
    const change = { disabled_at: dateOrNull(atMs) };
    const [found] = await this.#scope.write((transaction) => users.update(change, { where: { id }, transaction }));
    return found === 1;
  }

  async markSeen(ids: readonly UserId[], atMs: number): Promise<void> {
    if (ids.length === 0) return;
    const { database } = this.#scope;
    const at = timeText(atMs, database.dialect);
    // Raw, because a model would prepare a statement of its own for each number of ids.
    await this.#scope.write((transaction) => database.change(MARK_SEEN, [at, [...ids], at], transaction));
  }

  async #find(where: Partial<UserRow>): Promise<User | null> {
    const { users } = this.#scope.database.models;
    const row = await this.#scope.read((transaction) => findRow(users, { where, transaction }));
    return row === null ? null : toUser(row);
  }

  /** A database names one broken constraint, and not the same one everywhere: so it is asked who is there. */
  async #taken(row: UserRow, transaction: Transaction | null): Promise<AppError | null> {
    const { users } = this.#scope.database.models;
    const { email_key, username_key } = row;
    if ((await findRow(users, { where: { email_key }, transaction })) !== null) {
      return new AppError('EMAIL_TAKEN', { message: 'This e-mail address has an account already.' });
    }
    if ((await findRow(users, { where: { username_key }, transaction })) !== null) {
      return new AppError('USERNAME_TAKEN', { message: 'This username is taken.' });
    }
    return null;
  }
}

const toRow = (user: User): UserRow => ({
  id: user.id,
  email: user.email,
  email_key: boundedKey(emailKeyOf(user.email)),
  username: user.username,
  username_key: boundedKey(usernameKeyOf(user.username)),
  password_hash: user.passwordHash,
  created_at: new Date(user.createdAtMs),
  last_seen_at: dateOrNull(user.lastSeenAtMs),
  disabled_at: dateOrNull(user.disabledAtMs),
  erased_at: dateOrNull(user.erasedAtMs),
});

const toUser = (row: UserRow): User => ({
  id: row.id as UserId,
  email: row.email,
  username: row.username,
  passwordHash: row.password_hash,
  createdAtMs: msOf(row.created_at),
  lastSeenAtMs: msOrNull(row.last_seen_at),
  disabledAtMs: msOrNull(row.disabled_at),
  erasedAtMs: msOrNull(row.erased_at),
});
