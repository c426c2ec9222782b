import type { Transaction } from 'sequelize';
import { AppError } from '../../../application/errors/app-error.ts';
import type { PersonalRecords, Pseudonym, RecordsOfUser } from '../../../application/ports/index.ts';
import { emailKeyOf, usernameKeyOf, type UserId } from '../../../domain/user/user.ts';
import { findRows } from './models/stored-row.ts';
import type { StandaloneScope } from './scope.ts';
import { toIdentity } from './sequelize-identity-store.ts';
import { toInvite } from './sequelize-invite-store.ts';
import { toMember } from './sequelize-membership-store.ts';
import { toSanction } from './sequelize-sanction-store.ts';
import { toSession } from './sequelize-session-store.ts';
import { timeText } from './stored-time.ts';
import { isDuplicate } from './translate-error.ts';
import { boundedKey } from './unique-key.ts';

const RENAME = `UPDATE users SET email = ?, email_key = ?, username = ?, username_key = ?, password_hash = '',
  last_seen_at = NULL, disabled_at = COALESCE(disabled_at, ?), erased_at = COALESCE(erased_at, ?) WHERE id = ?`;
const FORGET_IDENTITIES = `UPDATE external_identities SET issuer = '', subject = '', tokens_from = ?
  WHERE user_id = ? AND subject <> ''`;
const FORGET_REASONS = `UPDATE room_sanctions SET reason = NULL
  WHERE (user_id = ? OR imposed_by = ?) AND reason IS NOT NULL`;

export class SequelizePersonalRecords implements PersonalRecords {
  readonly #scope: StandaloneScope;

  constructor(scope: StandaloneScope) {
    this.#scope = scope;
  }

  async of(userId: UserId): Promise<RecordsOfUser> {
    const { database } = this.#scope;
    const { identities, sessions, members, sanctions, invites } = database.models;
    const where = { user_id: userId };
    return database.snapshot(async (transaction) => ({
      identities: (await findRows(identities, { where, order: ['id'], transaction })).map(toIdentity),
      sessions: (await findRows(sessions, { where, order: ['id'], transaction })).map(toSession),
      memberships: (await findRows(members, { where, order: ['room_id'], transaction })).map(toMember),
      sanctions: (await findRows(sanctions, { where, order: ['room_id', 'kind'], transaction })).map(toSanction),
      invites: (await findRows(invites, { where: { created_by: userId }, order: ['id'], transaction })).map(toInvite),
    }));
  }

  erase(userId: UserId, pseudonym: Pseudonym): Promise<boolean> {
    return this.#scope.atomically((transaction) => this.#erase(userId, pseudonym, transaction));
  }

  async #erase(userId: UserId, { username, email, atMs }: Pseudonym, transaction: Transaction): Promise<boolean> {
    const { database } = this.#scope;
    const membership = 'SELECT room_id FROM room_members WHERE user_id = ? LIMIT 1';
    if ((await database.rows(membership, [userId], transaction)).length > 0) return false;
    const at = timeText(atMs, database.dialect);
    const keys = [boundedKey(emailKeyOf(email)), boundedKey(usernameKeyOf(username))] as const;
    try {
      await database.change(RENAME, [email, keys[0], username, keys[1], at, at, userId], transaction);
    } catch (error) {
      throw isDuplicate(error) ? new AppError('USERNAME_TAKEN') : error;
    }
    await database.change('DELETE FROM sessions WHERE user_id = ?', [userId], transaction);
    await database.change(FORGET_IDENTITIES, [at, userId], transaction);
    await database.change(FORGET_REASONS, [userId, userId], transaction);
    return true;
  }
}
