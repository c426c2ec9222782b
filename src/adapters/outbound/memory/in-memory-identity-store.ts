import { AppError } from '../../../application/errors/app-error.ts';
import type { IdentityStore, LinkedIdentity } from '../../../application/ports/index.ts';
import type { UserId } from '../../../domain/user/user.ts';
import type { Access } from './access.ts';
import type { MemoryTables } from './memory-tables.ts';

export class InMemoryIdentityStore implements IdentityStore {
  readonly #access: Access;
  readonly #tables: MemoryTables;

  constructor(deps: { readonly access: Access; readonly tables: MemoryTables }) {
    this.#access = deps.access;
    this.#tables = deps.tables;
  }

  insert(identity: LinkedIdentity): Promise<void> {
    return this.#access.write(() => {
      const key = keyOf(identity.issuer, identity.subject);
      if (this.#tables.identities.has(key)) throw new AppError('CONFLICT');
      this.#tables.identities.insert(key, Object.freeze({ ...identity }));
      this.#tables.identitiesOfUser.add(identity.userId, key);
    });
  }

  find(issuer: string, subject: string): Promise<LinkedIdentity | null> {
    return this.#access.read(() => this.#tables.identities.get(keyOf(issuer, subject)) ?? null);
  }

  release(issuer: string, subject: string, userId: UserId): Promise<void> {
    return this.#access.write(() => {
      const key = keyOf(issuer, subject);
      if (this.#tables.identities.get(key)?.userId !== userId) return;
      this.#tables.identities.delete(key);
      this.#tables.identitiesOfUser.remove(userId, key);
    });
  }

  endTokens(userId: UserId, atMs: number): Promise<void> {
    return this.#access.write(() => {
      for (const key of this.#tables.identitiesOfUser.of(userId)) {
        const identity = this.#tables.identities.get(key);
        if (!identity) continue;
        const tokensFromMs = Math.max(identity.tokensFromMs ?? atMs, atMs);
        this.#tables.identities.set(key, Object.freeze({ ...identity, tokensFromMs }));
      }
    });
  }
}

const keyOf = (issuer: string, subject: string): string => JSON.stringify([issuer, subject]);
