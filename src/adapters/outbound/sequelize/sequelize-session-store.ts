import { Op, type WhereOptions } from 'sequelize';
import type { SessionStore } from '../../../application/ports/index.ts';
import type { Session, SessionId } from '../../../domain/session/session.ts';
import type { UserId } from '../../../domain/user/user.ts';
import type { SessionRow } from './models/session-model.ts';
import { findRow, findRows } from './models/stored-row.ts';
import type { Scope } from './scope.ts';
import { dateOrNull, msOf, msOrNull } from './stored-time.ts';
import { isDuplicate } from './translate-error.ts';

type Rotation = Parameters<SessionStore['rotate']>[1];

export class SequelizeSessionStore implements SessionStore {
  readonly #scope: Scope;

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  async insert(session: Session): Promise<void> {
    await this.#scope.write((transaction) => this.#sessions.create(toRow(session), { transaction }));
  }

  async insertOnce(session: Session): Promise<void> {
    await this.#scope.write(async (transaction) => {
      try {
        await this.#sessions.create(toRow(session), { transaction });
      } catch (error) {
        if (!isDuplicate(error)) throw error;
      }
    });
  }

  async forgetExpired(userId: UserId, nowMs: number): Promise<void> {
    const where = { user_id: userId, expires_at: { [Op.lte]: new Date(nowMs) } };
    await this.#scope.write((transaction) => this.#sessions.destroy({ where, transaction }));
  }

  async byId(id: SessionId): Promise<Session | null> {
    const row = await this.#scope.read((transaction) => findRow(this.#sessions, { where: { id }, transaction }));
    return row === null ? null : toSession(row);
  }

  async rotate(id: SessionId, { from, to, usedAtMs, expiresAtMs }: Rotation): Promise<boolean> {
    const change = { refresh_digest: to, used_at: new Date(usedAtMs), expires_at: new Date(expiresAtMs) };
    return this.#update(change, { id, refresh_digest: from, ended_at: null });
  }

  async end(id: SessionId, atMs: number): Promise<boolean> {
    return this.#update({ ended_at: new Date(atMs) }, { id, ended_at: null });
  }

  async endAll(userId: UserId, atMs: number, except?: SessionId): Promise<readonly SessionId[]> {
    const others = except === undefined ? {} : { id: { [Op.ne]: except } };
    const where = { ...live(userId, atMs), ...others };
    return this.#scope.atomically(async (transaction) => {
      // Locked before they are read, so that of two calls at a time each session is told to one.
      const rows = await findRows(this.#sessions, { where, order: ['id'], lock: transaction.LOCK.UPDATE, transaction });
      const ids = rows.map(({ id }) => id as SessionId);
      if (ids.length === 0) return ids;
      await this.#sessions.update({ ended_at: new Date(atMs) }, { where: { id: { [Op.in]: ids } }, transaction });
      return ids;
    });
  }

  async liveOf(userId: UserId, nowMs: number): Promise<readonly Session[]> {
    const order: [string, string][] = [
      ['used_at', 'DESC'],
      ['id', 'DESC'],
    ];
    const where = live(userId, nowMs);
    const rows = await this.#scope.read((transaction) => findRows(this.#sessions, { where, order, transaction }));
    return rows.map(toSession);
  }

  async liveAmong(ids: readonly SessionId[], nowMs: number): Promise<ReadonlySet<SessionId>> {
    const where = { id: { [Op.in]: [...ids] }, ended_at: null, expires_at: { [Op.gt]: new Date(nowMs) } };
    const rows = await this.#scope.read((transaction) => findRows(this.#sessions, { where, transaction }));
    return new Set(rows.map(({ id }) => id as SessionId));
  }

  get #sessions() {
    return this.#scope.database.models.sessions;
  }

  async #update(change: Partial<SessionRow>, where: WhereOptions<SessionRow>): Promise<boolean> {
    const [found] = await this.#scope.write((transaction) => this.#sessions.update(change, { where, transaction }));
    return found === 1;
  }
}

const live = (userId: UserId, nowMs: number) => ({
  user_id: userId,
  ended_at: null,
  expires_at: { [Op.gt]: new Date(nowMs) },
});

const toRow = (session: Session): SessionRow => ({
  id: session.id,
  user_id: session.userId,
  refresh_digest: session.refreshDigest,
  created_at: new Date(session.createdAtMs),
  used_at: new Date(session.usedAtMs),
  expires_at: new Date(session.expiresAtMs),
  ended_at: dateOrNull(session.endedAtMs),
  user_agent: session.userAgent,
});

export const toSession = (row: SessionRow): Session => ({
  id: row.id as SessionId,
  userId: row.user_id as UserId,
  refreshDigest: row.refresh_digest,
  createdAtMs: msOf(row.created_at),
  usedAtMs: msOf(row.used_at),
  expiresAtMs: msOf(row.expires_at),
  endedAtMs: msOrNull(row.ended_at),
  userAgent: row.user_agent,
});
