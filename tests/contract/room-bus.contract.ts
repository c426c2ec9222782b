import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { NodeNews, RoomBus, RoomNews } from '../../src/application/ports/index.ts';
import type { RoomId } from '../../src/domain/room/room.ts';
import { aChangeDraft, aMessageEntry, aMessageId, aRoomId, aSessionId, aUserId } from '../support/builders.ts';
import { until } from '../support/harness/site.ts';
import { upTo } from './concurrency.ts';

export interface RoomBusHarness {
  /** The bus of one more node; resolves when it can be used. */
  node(): Promise<RoomBus>;
  close(): Promise<void>;
}

/** A node that only writes down what it hears. */
export interface Ear {
  readonly bus: RoomBus;
  readonly batches: { readonly roomId: RoomId; readonly news: readonly RoomNews[] }[];
  readonly nodeNews: NodeNews[];
  readonly missed: RoomId[];
}

export function earOf(bus: RoomBus): Ear {
  const ear: Ear = { bus, batches: [], nodeNews: [], missed: [] };
  bus.listen({
    news: (roomId, news) => void ear.batches.push({ roomId, news }),
    nodeNews: (news) => void ear.nodeNews.push(news),
    missed: (roomIds) => void ear.missed.push(...roomIds),
  });
  return ear;
}

export const newsIn = (ear: Ear, roomId: RoomId): RoomNews[] =>
  ear.batches.filter((batch) => batch.roomId === roomId).flatMap(({ news }) => news);

/** Follows the room, and returns when what `teller` says of it is heard. */
export async function followed(ear: Ear, roomId: RoomId, teller: RoomBus): Promise<void> {
  ear.bus.follow(roomId);
  await until('the room is followed', () => {
    teller.tell(roomId, { type: 'typing', change: { roomId, userId: aUserId(), isTyping: false } });
    return newsIn(ear, roomId).length > 0;
  });
  // What was said while it took effect may still be on its way.
  const end = aUserId();
  teller.tell(roomId, { type: 'typing', change: { roomId, userId: end, isTyping: true } });
  const isEnd = (news: RoomNews) => news.type === 'typing' && news.change.userId === end;
  await until('it is quiet', () => newsIn(ear, roomId).some(isEnd));
  ear.batches.length = 0;
}

export function roomBusContract(adapter: string, open: () => Promise<RoomBusHarness>): void {
  describe(`RoomBus contract: ${adapter}`, () => {
    let harness: RoomBusHarness;
    let [one, other]: Ear[] = [];
    beforeAll(async () => {
      harness = await open();
    });
    beforeEach(async () => {
      [one, other] = [earOf(await harness.node()), earOf(await harness.node())];
    });
    afterAll(() => harness.close());
    const pair = (): [Ear, Ear] => [one, other] as [Ear, Ear];

    it('tells every kind of news as it was told', async () => {
      const [teller, hearer] = pair();
      const roomId = aRoomId();
      await followed(hearer, roomId, teller.bus);
      const [userId, messageId] = [aUserId(), aMessageId()];
      const change = { ...aChangeDraft({ roomId }), seq: 2 };
      const news: RoomNews[] = [
        { type: 'entries', entries: [aMessageEntry({ roomId, seq: 1, content: 'ünïcode \u2028 " \\ 👩‍👩‍👧' }), change] },
        { type: 'receipt', change: { kind: 'read', roomId, userId, seq: 1, messageId, atMs: 5 } },
        { type: 'typing', change: { roomId, userId, isTyping: true } },
        { type: 'presence', change: { userId, online: false, lastSeenAtMs: 7 } },
        { type: 'presence', change: { userId, online: true, lastSeenAtMs: null } },
      ];
      for (const item of news) teller.bus.tell(roomId, item);
      await until('all is heard', () => newsIn(hearer, roomId).length === news.length);
      expect(newsIn(hearer, roomId)).toEqual(news);
    });

    it('lets what is told in one turn travel together', async () => {
      const [teller, hearer] = pair();
      const roomId = aRoomId();
      await followed(hearer, roomId, teller.bus);
      const entries = upTo(200).map((seq) => aMessageEntry({ roomId, seq }));
      for (const entry of entries) teller.bus.tell(roomId, { type: 'entries', entries: [entry] });
      const heard = () => newsIn(hearer, roomId).flatMap((news) => (news.type === 'entries' ? news.entries : []));
      await until('all is heard', () => heard().length === entries.length);
      expect(heard()).toEqual(entries);
      expect(hearer.batches).toHaveLength(1);
    });

    it('tells neither itself nor those who do not follow the room', async () => {
      const [teller, hearer] = pair();
      const [here, elsewhere] = [aRoomId(), aRoomId()];
      await followed(hearer, here, teller.bus);
      teller.bus.follow(here);
      for (const roomId of [elsewhere, here]) {
        teller.bus.tell(roomId, { type: 'typing', change: { roomId, userId: aUserId(), isTyping: true } });
      }
      await until('the followed room is heard', () => newsIn(hearer, here).length === 1);
      expect(newsIn(hearer, elsewhere)).toEqual([]);
      expect(teller.batches).toEqual([]);
    });

    it('is silent about a room that is not followed any more', async () => {
      const [teller, hearer] = pair();
      const [left, kept] = [aRoomId(), aRoomId()];
      await followed(hearer, left, teller.bus);
      await followed(hearer, kept, teller.bus);
      hearer.bus.unfollow(left);
      hearer.bus.unfollow(left);
      for (const roomId of [left, kept]) {
        teller.bus.tell(roomId, { type: 'typing', change: { roomId, userId: aUserId(), isTyping: true } });
      }
      await until('the other room is heard', () => newsIn(hearer, kept).length === 1);
      expect(newsIn(hearer, left)).toEqual([]);
      await followed(hearer, left, teller.bus);
    });

    it('tells all others what is for all', async () => {
      const [teller, hearer] = pair();
      const third = earOf(await harness.node());
      const news: NodeNews[] = [
        { type: 'session_ended', sessionId: aSessionId() },
        { type: 'member_joined', roomId: aRoomId(), userId: aUserId(), seq: 7 },
        { type: 'rooms_changed', roomIds: [aRoomId(), aRoomId()] },
      ];
      const heard = (ear: Ear) => ear.nodeNews.length >= news.length;
      await until('all have heard', () => {
        for (const item of news) teller.bus.tellAll(item);
        return heard(hearer) && heard(third);
      });
      for (const ear of [hearer, third]) expect(ear.nodeNews.slice(0, news.length)).toEqual(news);
      expect(teller.nodeNews).toEqual([]);
    });

    it('takes what is told by two at a time', async () => {
      const [teller, hearer] = pair();
      const third = earOf(await harness.node());
      const roomId = aRoomId();
      await followed(hearer, roomId, teller.bus);
      const seqs = upTo(100);
      for (const seq of seqs) {
        const { bus } = seq % 2 === 0 ? teller : third;
        bus.tell(roomId, { type: 'entries', entries: [aMessageEntry({ roomId, seq })] });
      }
      const heard = () =>
        newsIn(hearer, roomId).flatMap((news) => (news.type === 'entries' ? news.entries.map(({ seq }) => seq) : []));
      await until('all is heard', () => heard().length === seqs.length);
      expect(heard().sort((a, b) => a - b)).toEqual(seqs);
    });
  });
}
