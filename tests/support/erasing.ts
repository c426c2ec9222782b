import { InMemoryLogger } from '../../src/adapters/outbound/memory/in-memory-logger.ts';
import { ManualClock } from '../../src/adapters/outbound/memory/manual-clock.ts';
import { SequentialIds } from '../../src/adapters/outbound/memory/sequential-ids.ts';
import type { Persistence, RoomBus, RoomNews } from '../../src/application/ports/index.ts';
import { DisableUser } from '../../src/application/use-cases/disable-user.ts';
import { EraseUser } from '../../src/application/use-cases/erase-user.ts';
import { aUuid } from './builders.ts';
import type { SessionId } from '../../src/domain/session/session.ts';

/** An erasure that waits for nobody, and what it tells the nodes. */
export function erasing(persistence: Persistence) {
  const told: RoomNews[] = [];
  const ended: SessionId[] = [];
  const bus = { tell: (_roomId: unknown, news: RoomNews) => void told.push(news) } as unknown as RoomBus;
  const [clock, logger] = [new ManualClock(), new InMemoryLogger()];
  const ends = {
    carryOut: async (end: () => Promise<readonly SessionId[]>) => {
      const sessions = await end();
      ended.push(...sessions);
      return sessions;
    },
  };
  const scheduler = {
    after: (_ms: number, task: () => unknown) => {
      setImmediate(task);
      return () => undefined;
    },
  };
  const disableUser = new DisableUser({ unitOfWork: persistence.unitOfWork, ends, clock, logger });
  const ids = new SequentialIds(aUuid());
  const erase = new EraseUser({ ...persistence, disableUser, bus, scheduler, ids, clock, logger });
  return { erase, told, ended, clock, logger };
}
