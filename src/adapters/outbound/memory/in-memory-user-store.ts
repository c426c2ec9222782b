import { AppError } from '../../../application/errors/app-error.ts';
import type { UserStore } from '../../../application/ports/index.ts';
import { emailKeyOf, usernameKeyOf, type User, type UserId } from '../../../domain/user/user.ts';
import type { Access } from './access.ts';
import type { MemoryTables } from './memory-tables.ts';

export class InMemoryUserStore implements UserStore {
  readonly #access: Access;
  readonly #tables: MemoryTables;

  constructor(deps: { readonly access: Access; readonly tables: MemoryTables }) {
    this.#access = deps.access;
    this.#tables = deps.tables;
  }

  insert(user: User): Promise<void> {
    return this.#access.write(() => {
      const { users, userByEmailKey, userByUsernameKey } = this.#tables;
      const emailKey = emailKeyOf(user.email);
      const usernameKey = usernameKeyOf(user.username);
      if (userByEmailKey.has(emailKey)) throw new AppError('EMAIL_TAKEN');
      if (userByUsernameKey.has(usernameKey)) throw new AppError('USERNAME_TAKEN');
      users.insert(user.id, Object.freeze({ ...user }));
      userByEmailKey.insert(emailKey, user.id);
      userByUsernameKey.insert(usernameKey, user.id);
    });
  }

  byId(id: UserId): Promise<User | null> {
    return this.#access.read(() => this.#tables.users.get(id) ?? null);
  }

  byIds(ids: readonly UserId[]): Promise<readonly User[]> {
    return this.#access.read(() => {
      const found = Array.from(new Set(ids), (id) => this.#tables.users.get(id));
      return found.filter((user) => user !== undefined);
    });
  }

  byEmail(email: string): Promise<User | null> {
    return this.#access.read(() => {
      const id = this.#tables.userByEmailKey.get(emailKeyOf(email));
      return (id && this.#tables.users.get(id)) ?? null;
    });
  }

  byUsername(username: string): Promise<User | null> {
    return this.#access.read(() => {
      const id = this.#tables.userByUsernameKey.get(usernameKeyOf(username));
      return (id && this.#tables.users.get(id)) ?? null;
    });
  }

  /** Units of work run one after the other, so every user is held already. */
  async lock(id: UserId): Promise<User | null> {
    if (!this.#access.canLock) throw new Error('A user is locked inside a unit of work only.');
    return this.byId(id);
  }

  setPasswordHash(id: UserId, { from, to }: { readonly from: string; readonly to: string }): Promise<boolean> {
    return this.#access.write(() => {
      if (this.#tables.users.get(id)?.passwordHash !== from) return false;
      this.#change(id, (user) => ({ ...user, passwordHash: to }));
      return true;
    });
  }

  setDisabled(id: UserId, atMs: number | null): Promise<boolean> {
    return this.#access.write(() => {
      this.#change(id, (user) => ({ ...user, disabledAtMs: atMs }));
      return this.#tables.users.has(id);
    });
  }

  markSeen(ids: readonly UserId[], atMs: number): Promise<void> {
    return this.#access.write(() => {
      for (const id of ids) {
        this.#change(id, (user) => ({ ...user, lastSeenAtMs: Math.max(user.lastSeenAtMs ?? atMs, atMs) }));
      }
    });
  }

  #change(id: UserId, change: (user: User) => User): void {
    const user = this.#tables.users.get(id);
    if (user) this.#tables.users.set(id, Object.freeze(change(user)));
  }
}
