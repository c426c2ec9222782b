import type { SanctionsRequest, SanctionStore } from '../../../application/ports/index.ts';
import type { RoomId } from '../../../domain/room/room.ts';
import { isInForce, type Sanction, type SanctionKind } from '../../../domain/room/sanction.ts';
import type { UserId } from '../../../domain/user/user.ts';
import type { Access } from './access.ts';
import type { MemoryTables } from './memory-tables.ts';

export class InMemorySanctionStore implements SanctionStore {
  readonly #access: Access;
  readonly #tables: MemoryTables;

  constructor(deps: { readonly access: Access; readonly tables: MemoryTables }) {
    this.#access = deps.access;
    this.#tables = deps.tables;
  }

  put(sanction: Sanction): Promise<void> {
    return this.#access.write(() => {
      const { roomId, kind, userId } = sanction;
      const key = `${roomId}/${kind}/${userId}` as const;
      if (!this.#tables.sanctions.has(key)) this.#tables.sanctionedOfRoom.add(`${roomId}/${kind}`, userId);
      this.#tables.sanctions.set(key, Object.freeze({ ...sanction }));
    });
  }

  find(roomId: RoomId, kind: SanctionKind, userId: UserId): Promise<Sanction | null> {
    return this.#access.read(() => this.#tables.sanctions.get(`${roomId}/${kind}/${userId}`) ?? null);
  }

  lift(roomId: RoomId, kind: SanctionKind, userId: UserId): Promise<boolean> {
    return this.#access.write(() => {
      const key = `${roomId}/${kind}/${userId}` as const;
      if (!this.#tables.sanctions.has(key)) return false;
      this.#tables.sanctions.delete(key);
      this.#tables.sanctionedOfRoom.remove(`${roomId}/${kind}`, userId);
      return true;
    });
  }

  ofRoom({ roomId, kind, nowMs, afterUserId, limit }: SanctionsRequest): Promise<readonly Sanction[]> {
    return this.#access.read(() =>
      this.#tables.sanctionedOfRoom
        .of(`${roomId}/${kind}`)
        .filter((userId) => afterUserId === undefined || userId > afterUserId)
        .map((userId) => this.#tables.sanctions.get(`${roomId}/${kind}/${userId}`))
        .filter((sanction) => sanction !== undefined)
        .filter((sanction) => isInForce(sanction, nowMs))
        .slice(0, limit),
    );
  }
}
