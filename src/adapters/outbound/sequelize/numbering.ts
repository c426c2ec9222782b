import type { MessageDraft } from '../../../application/ports/index.ts';
import type { MessageEntry } from '../../../domain/room/room-entry.ts';
import type { RoomId } from '../../../domain/room/room.ts';

export interface Numbered {
  readonly entries: readonly MessageEntry[];
  /** The heads of the rooms once this is committed. */
  readonly heads: ReadonlyMap<RoomId, number>;
}

/** What makes a message the same one when it is sent again. */
export function identityOf(message: MessageDraft | MessageEntry): string {
  if (message.clientMessageId === null) return message.id;
  const sender = 'senderId' in message ? message.senderId : message.actorId;
  return `${message.roomId}/${sender}/${message.clientMessageId}`;
}

export const roomsOf = (drafts: readonly MessageDraft[]): RoomId[] => [...new Set(drafts.map(({ roomId }) => roomId))];

export function numberFrom(before: ReadonlyMap<RoomId, number>, drafts: readonly MessageDraft[]): Numbered {
  const heads = new Map(before);
  const entries = drafts.map((draft) => {
    const seq = (heads.get(draft.roomId) ?? 0) + 1;
    heads.set(draft.roomId, seq);
    return entryOf(draft, seq);
  });
  return { entries, heads };
}

export const entryOf = (draft: MessageDraft, seq: number): MessageEntry => {
  const { id, roomId, senderId, content, clientMessageId, createdAtMs } = draft;
  return { id, roomId, seq, actorId: senderId, createdAtMs, type: 'message', content, clientMessageId };
};
