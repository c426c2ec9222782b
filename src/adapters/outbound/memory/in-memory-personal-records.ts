import { AppError } from '../../../application/errors/app-error.ts';
import type { PersonalRecords, Pseudonym, RecordsOfUser } from '../../../application/ports/index.ts';
import { emailKeyOf, usernameKeyOf, type UserId } from '../../../domain/user/user.ts';
import type { Access } from './access.ts';
import { memberKey, type MemoryTables } from './memory-tables.ts';

export class InMemoryPersonalRecords implements PersonalRecords {
  readonly #access: Access;
  readonly #tables: MemoryTables;

  constructor(deps: { readonly access: Access; readonly tables: MemoryTables }) {
    this.#access = deps.access;
    this.#tables = deps.tables;
  }

  of(userId: UserId): Promise<RecordsOfUser> {
    return this.#access.read(() => {
      const tables = this.#tables;
      const there = <T>(rows: readonly (T | undefined)[]): T[] => rows.filter((row) => row !== undefined);
      return {
        identities: there(tables.identitiesOfUser.of(userId).map((key) => tables.identities.get(key))),
        sessions: there(tables.sessionsOfUser.of(userId).map((id) => tables.sessions.get(id))),
        memberships: there(tables.roomsOfUser.of(userId).map((id) => tables.members.get(memberKey(id, userId)))),
        sanctions: tables.sanctions
          .values()
          .filter((sanction) => sanction.userId === userId)
          .sort((a, b) => compare(a.roomId + a.kind, b.roomId + b.kind)),
        invites: tables.invites
          .values()
          .filter(({ createdBy }) => createdBy === userId)
          .sort((a, b) => compare(a.id, b.id)),
      };
    });
  }

  erase(userId: UserId, pseudonym: Pseudonym): Promise<boolean> {
    return this.#access.write(() => {
      const { roomsOfUser, sessionsOfUser, sessions } = this.#tables;
      if (roomsOfUser.of(userId).length > 0) return false;
      this.#rename(userId, pseudonym);
      for (const id of sessionsOfUser.of(userId)) {
        sessions.delete(id);
        sessionsOfUser.remove(userId, id);
      }
      this.#forgetIdentities(userId, pseudonym.atMs);
      this.#forgetReasons(userId);
      return true;
    });
  }

  #rename(userId: UserId, { username, email, atMs }: Pseudonym): void {
    const { users, userByEmailKey, userByUsernameKey } = this.#tables;
    const user = users.get(userId);
    if (!user) return;
    const keys = [emailKeyOf(email), usernameKeyOf(username)] as const;
    if ((userByUsernameKey.get(keys[1]) ?? userId) !== userId) throw new AppError('USERNAME_TAKEN');
    userByEmailKey.delete(emailKeyOf(user.email));
    userByUsernameKey.delete(usernameKeyOf(user.username));
    userByEmailKey.set(keys[0], userId);
    userByUsernameKey.set(keys[1], userId);
    const { disabledAtMs, erasedAtMs } = user;
    const ends = { lastSeenAtMs: null, disabledAtMs: disabledAtMs ?? atMs, erasedAtMs: erasedAtMs ?? atMs };
    users.set(userId, Object.freeze({ ...user, username, email, passwordHash: '', ...ends }));
  }

  #forgetIdentities(userId: UserId, atMs: number): void {
    const { identities, identitiesOfUser } = this.#tables;
    for (const key of identitiesOfUser.of(userId)) {
      const identity = identities.get(key);
      if (!identity || identity.subject === '') continue;
      identities.set(key, Object.freeze({ ...identity, issuer: '', subject: '', tokensFromMs: atMs }));
    }
  }

  #forgetReasons(id: UserId): void {
    for (const sanction of this.#tables.sanctions.values()) {
      const { roomId, kind, userId, imposedBy } = sanction;
      if (userId !== id && imposedBy !== id) continue;
      this.#tables.sanctions.set(`${roomId}/${kind}/${userId}`, Object.freeze({ ...sanction, reason: null }));
    }
  }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
