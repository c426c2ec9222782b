import { describe, expect, it } from 'vitest';
import { InMemoryHub, InMemoryRoomBus } from '../../src/adapters/outbound/memory/in-memory-room-bus.ts';
import { createMemoryPersistence } from '../../src/adapters/outbound/memory/create-memory-persistence.ts';
import { InMemoryPresenceRegistry } from '../../src/adapters/outbound/memory/in-memory-presence-registry.ts';
import type { Clock } from '../../src/application/ports/index.ts';
import { aMember, aMessageDraft, aUser } from '../support/builders.ts';
import type { PersistenceHarness } from './persistence-harness.ts';
import { persistenceContract } from './persistence.contract.ts';
import { presenceRegistryContract, type PresenceHarness } from './presence-registry.contract.ts';
import { roomBusContract } from './room-bus.contract.ts';
import { aPlace, storedChange, storedRoom } from './seed.ts';

async function openPersistence(): Promise<PersistenceHarness> {
  const harness: PersistenceHarness = {
    persistence: createMemoryPersistence(),
    reset: async () => {
      harness.persistence = createMemoryPersistence();
    },
    close: () => harness.persistence.close(),
  };
  return harness;
}

async function openPresence(): Promise<PresenceHarness> {
  const clock: Clock = { nowMs: () => 1_700_000_000_000 };
  const harness: PresenceHarness = {
    registry: new InMemoryPresenceRegistry({ clock }),
    reset: async () => {
      harness.registry = new InMemoryPresenceRegistry({ clock });
    },
    close: async () => undefined,
  };
  return harness;
}

persistenceContract('memory', openPersistence);
presenceRegistryContract('memory', openPresence);
roomBusContract('memory', async () => {
  const hub = new InMemoryHub();
  return { node: async () => new InMemoryRoomBus(hub), close: async () => undefined };
});

describe('the in-memory persistence', () => {
  it('hands out values that nobody can change', async () => {
    const persistence = createMemoryPersistence();
    const user = aUser();
    await persistence.users.insert(user);
    const place = await aPlace(persistence);
    const { entry } = await persistence.log.append(aMessageDraft(place));
    const change = await storedChange(persistence, place);
    await persistence.members.insert(aMember({ roomId: place.roomId, userId: user.id }));
    await persistence.receipts.advance({ roomId: place.roomId, userId: user.id, deliveredSeq: 1, readSeq: 1 });
    const values = [
      await persistence.users.byId(user.id),
      await persistence.rooms.byId(place.roomId),
      await persistence.members.find(place.roomId, user.id),
      await persistence.members.roomIdsOf(user.id),
      ...(await persistence.directory.summariesOf(user.id)),
      entry,
      change,
    ];
    for (const value of values) expect(Object.isFrozen(value)).toBe(true);
  });

  it('keeps what was stored when the caller goes on to change it', async () => {
    const persistence = createMemoryPersistence();
    const user = aUser();
    const stored = { ...user };
    await persistence.users.insert(stored);
    stored.passwordHash = 'changed';
    expect(await persistence.users.byId(user.id)).toEqual(user);
  });

  it('refuses a lock outside a unit of work, where nothing would hold it', async () => {
    const persistence = createMemoryPersistence();
    const { id } = await storedRoom(persistence);
    await expect(persistence.rooms.lock(id)).rejects.toThrow(/unit of work/);
    await expect(persistence.unitOfWork.snapshot(({ rooms }) => rooms.lock(id))).rejects.toThrow(/unit of work/);
    const user = aUser();
    await persistence.users.insert(user);
    await expect(persistence.users.lock(user.id)).rejects.toThrow(/unit of work/);
  });

  it('refuses a second row with the same id', async () => {
    const persistence = createMemoryPersistence();
    const place = await aPlace(persistence);
    const draft = aMessageDraft(place);
    await persistence.log.append(draft);
    await expect(persistence.log.append({ ...draft, clientMessageId: 'another' })).rejects.toThrow(/id/);
    expect(await persistence.log.head(place.roomId)).toBe(1);
  });
});
