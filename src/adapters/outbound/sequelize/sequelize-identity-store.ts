import { createHash } from 'node:crypto';
import { AppError } from '../../../application/errors/app-error.ts';
import type { IdentityStore, LinkedIdentity } from '../../../application/ports/index.ts';
import type { UserId } from '../../../domain/user/user.ts';
import type { IdentityRow } from './models/identity-model.ts';
import { findRow } from './models/stored-row.ts';
import type { Scope } from './scope.ts';
import { dateOrNull, msOf, msOrNull, timeText } from './stored-time.ts';
import { isDuplicate } from './translate-error.ts';

const END_TOKENS =
  'UPDATE external_identities SET tokens_from = ? WHERE user_id = ? AND (tokens_from IS NULL OR tokens_from < ?)';

export class SequelizeIdentityStore implements IdentityStore {
  readonly #scope: Scope;

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  async insert(identity: LinkedIdentity): Promise<void> {
    const { identities } = this.#scope.database.models;
    await this.#scope.write(async (transaction) => {
      try {
        await identities.create(toRow(identity), { transaction });
      } catch (error) {
        throw isDuplicate(error) ? new AppError('CONFLICT') : error;
      }
    });
  }

  async find(issuer: string, subject: string): Promise<LinkedIdentity | null> {
    const { identities } = this.#scope.database.models;
    const where = { id: idOf(issuer, subject) };
    const row = await this.#scope.read((transaction) => findRow(identities, { where, transaction }));
    return row === null ? null : toIdentity(row);
  }

  async release(issuer: string, subject: string, userId: UserId): Promise<void> {
    const { database } = this.#scope;
    const sql = 'DELETE FROM external_identities WHERE id = ? AND user_id = ?';
    await this.#scope.write((transaction) => database.change(sql, [idOf(issuer, subject), userId], transaction));
  }

  async endTokens(userId: UserId, atMs: number): Promise<void> {
    const { database } = this.#scope;
    const at = timeText(atMs, database.dialect);
    await this.#scope.write((transaction) => database.change(END_TOKENS, [at, userId, at], transaction));
  }
}

/** As JSON, so that no issuer and subject run together into another pair. */
const idOf = (issuer: string, subject: string): string =>
  createHash('sha256')
    .update(JSON.stringify([issuer, subject]))
    .digest('hex');

const toRow = (identity: LinkedIdentity): IdentityRow => ({
  id: idOf(identity.issuer, identity.subject),
  issuer: identity.issuer,
  subject: identity.subject,
  user_id: identity.userId,
  created_at: new Date(identity.createdAtMs),
  tokens_from: dateOrNull(identity.tokensFromMs),
});

export const toIdentity = (row: IdentityRow): LinkedIdentity => ({
  issuer: row.issuer,
  subject: row.subject,
  userId: row.user_id as UserId,
  createdAtMs: msOf(row.created_at),
  tokensFromMs: msOrNull(row.tokens_from),
});
