import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { RoomId } from '../../src/domain/room/room.ts';
import type { UserId } from '../../src/domain/user/user.ts';
import { composeContent } from '../../src/domain/message/message.ts';
import { aMessageDraft } from '../support/builders.ts';
import { DIFFICULT_TEXTS } from './difficult-texts.ts';
import type { CurrentPersistence } from './persistence-harness.ts';
import { aPlace, logOf, storedMessage } from './seed.ts';

export function textCases(current: CurrentPersistence): void {
  it.each(DIFFICULT_TEXTS)('gives back %s byte for byte, however it is read', async (_what, content) => {
    const place = await aPlace(current());
    const entry = await storedMessage(current(), { ...place, content });
    expect(await textsOf(current, place, entry)).toEqual(Array.from({ length: 6 }, () => content));
  });

  it('gives back all of them byte for byte when they are written together', async () => {
    const place = await aPlace(current());
    const texts = DIFFICULT_TEXTS.map(([, text]) => text);
    await Promise.all(texts.map((content) => storedMessage(current(), { ...place, content })));
    expect((await logOf(current(), place.roomId)).map((entry) => 'content' in entry && entry.content)).toEqual(texts);
  });

  it('gives back any text that may be sent', async () => {
    const place = await aPlace(current());
    const texts = fc.array(fc.string({ unit: 'binary', maxLength: 30 }).filter(isSendable), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(texts, async (contents) => {
        const drafts = contents.map((content) => aMessageDraft({ ...place, content }));
        const appended = await Promise.all(drafts.map((draft) => current().log.append(draft)));
        const stored = await Promise.all(appended.map(({ entry }) => current().log.byId(entry.id)));
        expect(stored.map((entry) => entry && 'content' in entry && entry.content)).toEqual(contents);
      }),
      { numRuns: 12 },
    );
  });
}

function isSendable(text: string): boolean {
  try {
    return composeContent(text) === text;
  } catch {
    return false;
  }
}

type Entry = Awaited<ReturnType<typeof storedMessage>>;

/** The text of an entry as each way of reading gives it. */
async function textsOf(current: CurrentPersistence, place: { roomId: RoomId; senderId: UserId }, entry: Entry) {
  const { log } = current();
  const { roomId, seq, id, clientMessageId } = entry;
  const found = [
    entry,
    await log.byId(id),
    await log.at(roomId, seq),
    await log.findByClientMessageId(roomId, place.senderId, clientMessageId ?? ''),
    ...(await log.messages({ roomId, limit: 1 })),
    ...(await log.ranges([{ roomId, afterSeq: seq - 1, toSeq: seq }])),
  ];
  return found.map((one) => one && 'content' in one && one.content);
}
