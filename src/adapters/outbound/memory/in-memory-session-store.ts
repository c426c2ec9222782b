import type { SessionStore } from '../../../application/ports/index.ts';
import { isLive, type Session, type SessionId } from '../../../domain/session/session.ts';
import type { UserId } from '../../../domain/user/user.ts';
import type { Access } from './access.ts';
import type { MemoryTables } from './memory-tables.ts';

type Rotation = Parameters<SessionStore['rotate']>[1];

export class InMemorySessionStore implements SessionStore {
  readonly #access: Access;
  readonly #tables: MemoryTables;

  constructor(deps: { readonly access: Access; readonly tables: MemoryTables }) {
    this.#access = deps.access;
    this.#tables = deps.tables;
  }

  insert(session: Session): Promise<void> {
    return this.#access.write(() => this.#add(session));
  }

  insertOnce(session: Session): Promise<void> {
    return this.#access.write(() => {
      if (!this.#tables.sessions.has(session.id)) this.#add(session);
    });
  }

  forgetExpired(userId: UserId, nowMs: number): Promise<void> {
    return this.#access.write(() => {
      for (const id of this.#tables.sessionsOfUser.of(userId)) {
        if ((this.#tables.sessions.get(id)?.expiresAtMs ?? Infinity) > nowMs) continue;
        this.#tables.sessions.delete(id);
        this.#tables.sessionsOfUser.remove(userId, id);
      }
    });
  }

  byId(id: SessionId): Promise<Session | null> {
    return this.#access.read(() => this.#tables.sessions.get(id) ?? null);
  }

  rotate(id: SessionId, { from, to, usedAtMs, expiresAtMs }: Rotation): Promise<boolean> {
    return this.#access.write(() => {
      const session = this.#tables.sessions.get(id);
      if (!session || session.endedAtMs !== null || session.refreshDigest !== from) return false;
      this.#put({ ...session, refreshDigest: to, usedAtMs, expiresAtMs });
      return true;
    });
  }

  end(id: SessionId, atMs: number): Promise<boolean> {
    return this.#access.write(() => {
      const session = this.#tables.sessions.get(id);
      if (!session || session.endedAtMs !== null) return false;
      this.#put({ ...session, endedAtMs: atMs });
      return true;
    });
  }

  endAll(userId: UserId, atMs: number, except?: SessionId): Promise<readonly SessionId[]> {
    return this.#access.write(() => {
      const ending = this.#liveNow(userId, atMs).filter((session) => session.id !== except);
      for (const session of ending) this.#put({ ...session, endedAtMs: atMs });
      return ending.map((session) => session.id);
    });
  }

  liveOf(userId: UserId, nowMs: number): Promise<readonly Session[]> {
    return this.#access.read(() => this.#liveNow(userId, nowMs).sort((a, b) => b.usedAtMs - a.usedAtMs));
  }

  liveAmong(ids: readonly SessionId[], nowMs: number): Promise<ReadonlySet<SessionId>> {
    const isLiveNow = (session: Session | undefined) => session !== undefined && isLive(session, nowMs);
    return this.#access.read(() => new Set(ids.filter((id) => isLiveNow(this.#tables.sessions.get(id)))));
  }

  #liveNow(userId: UserId, nowMs: number): Session[] {
    const sessions = this.#tables.sessionsOfUser.of(userId).map((id) => this.#tables.sessions.get(id));
    return sessions.filter((session) => session !== undefined).filter((session) => isLive(session, nowMs));
  }

  #add(session: Session): void {
    this.#tables.sessions.insert(session.id, Object.freeze({ ...session }));
    this.#tables.sessionsOfUser.add(session.userId, session.id);
  }

  #put(session: Session): void {
    this.#tables.sessions.set(session.id, Object.freeze(session));
  }
}
