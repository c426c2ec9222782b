import { describe, expect, it } from 'vitest';
import { aChangeDraft, aUser } from '../support/builders.ts';
import { delay, inParallel } from './concurrency.ts';
import { identityStoreContract } from './identity-store.contract.ts';
import { inviteStoreContract } from './invite-store.contract.ts';
import { membershipStoreContract } from './membership-store.contract.ts';
import type { OpenPersistence } from './persistence-harness.ts';
import { personalRecordsContract } from './personal-records.contract.ts';
import { receiptStoreContract } from './receipt-store.contract.ts';
import { retentionStoreContract } from './retention-store.contract.ts';
import { roomDirectoryContract } from './room-directory.contract.ts';
import { roomLogContract } from './room-log.contract.ts';
import { roomPurgeContract } from './room-purge.contract.ts';
import { roomStoreContract } from './room-store.contract.ts';
import { aPlace, storedMessage } from './seed.ts';
import { sanctionStoreContract } from './sanction-store.contract.ts';
import { sessionStoreContract } from './session-store.contract.ts';
import { unitOfWorkContract } from './unit-of-work.contract.ts';
import { userStoreContract } from './user-store.contract.ts';
import { webhookStoreContract } from './webhook-store.contract.ts';

/** All that a storage technology promises. An adapter that does not pass is not an adapter. */
export function persistenceContract(adapter: string, open: OpenPersistence): void {
  userStoreContract(adapter, open);
  identityStoreContract(adapter, open);
  sessionStoreContract(adapter, open);
  roomStoreContract(adapter, open);
  roomPurgeContract(adapter, open);
  personalRecordsContract(adapter, open);
  retentionStoreContract(adapter, open);
  membershipStoreContract(adapter, open);
  receiptStoreContract(adapter, open);
  inviteStoreContract(adapter, open);
  sanctionStoreContract(adapter, open);
  roomLogContract(adapter, open);
  roomDirectoryContract(adapter, open);
  webhookStoreContract(adapter, open);
  unitOfWorkContract(adapter, open);
  lifeCycleContract(adapter, open);
}

function lifeCycleContract(adapter: string, open: OpenPersistence): void {
  describe(`Persistence contract: ${adapter}`, () => {
    it('answers a ping', async () => {
      const harness = await open();
      try {
        await expect(harness.persistence.ping()).resolves.toBe('current');
      } finally {
        await harness.close();
      }
    });

    it('finishes what is in flight before it closes', async () => {
      const harness = await open();
      const { persistence } = harness;
      const place = await aPlace(persistence);
      const order: string[] = [];
      const unit = persistence.unitOfWork.run(async ({ users, rooms, journal }) => {
        await rooms.lock(place.roomId);
        await delay(60);
        await users.insert(aUser());
        return journal.append(aChangeDraft({ roomId: place.roomId, actorId: place.senderId }));
      });
      const sent = inParallel(20, () => storedMessage(persistence, place));
      const inFlight = Promise.all([unit, sent]).then(() => order.push('finished'));
      await harness.close();
      // What has resolved may still be on its way through the promises of this test.
      await new Promise((resolve) => setImmediate(resolve));
      order.push('closed');
      await inFlight;
      expect(order).toEqual(['finished', 'closed']);
    });
  });
}
