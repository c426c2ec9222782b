import { randomUUID } from 'node:crypto';
import { openSequelizePersistence } from '../../../src/adapters/outbound/sequelize/persistence.ts';
import type { RoomId } from '../../../src/domain/room/room.ts';
import type { UserId } from '../../../src/domain/user/user.ts';

// A process of its own for sqlite-file.test.ts: messages and units of work in one room, as fast as they go. Any error
// ends it with a code that is not 0.
const [url = '', roomId, actorId] = process.argv.slice(2) as [string, RoomId, UserId];
const quiet = () => undefined;
const logger = { debug: quiet, info: quiet, warn: quiet, error: quiet };
const node = await openSequelizePersistence({ url, logger, clock: { nowMs: () => Date.now() } });
const position = () => ({ id: randomUUID() as never, roomId, createdAtMs: Date.now() });

await Promise.all(
  Array.from({ length: 4 }, async (_, worker) => {
    for (let n = 0; n < 30; n += 1) {
      if ((worker + n) % 3 > 0) {
        await node.log.append({ ...position(), senderId: actorId, content: 'x', clientMessageId: randomUUID() });
        continue;
      }
      await node.unitOfWork.run(async ({ rooms, journal }) => {
        await rooms.lock(roomId);
        return journal.append({ ...position(), actorId, type: 'member_left', userId: actorId });
      });
    }
  }),
);
await node.close();
