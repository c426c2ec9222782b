import type { Message, RoomEvent } from 'parley-chat/client';
import type { Entry } from './model.ts';

type Erasure = Extract<RoomEvent, { type: 'messages_erased' }>;

/**
 * The union of both, ascending by place; of two with the same place the first one stays. Without texts that are gone: a
 * page of the history that is older than the event that says so may come later.
 */
export function merge(known: readonly Entry[], more: readonly Entry[]): readonly Entry[] {
  const last = known.at(-1)?.seq ?? 0;
  const isBehind = more.every(({ seq }, index) => seq > (more[index - 1]?.seq ?? last));
  const places = isBehind ? null : new Map([...more, ...known].map((entry) => [entry.seq, entry]));
  const entries = places ? [...places.values()].sort((a, b) => a.seq - b.seq) : [...known, ...more];
  const erasures = (isBehind && !more.some(isErasure) ? [] : entries).filter(isErasure);
  if (erasures.length === 0) return entries;
  return entries.map((entry) => (isMessage(entry) ? erasures.reduce(erase, entry) : entry));
}

/** The message without its text, if the event says that it is gone. */
export function erase<M extends Erasable>(message: M, { userId, fromSeq, toSeq, createdAt }: Erasure): M {
  const isGone = message.seq >= fromSeq && message.seq <= toSeq && (userId ?? message.userId) === message.userId;
  return isGone && message.erasedAt === undefined ? { ...message, content: '', erasedAt: createdAt } : message;
}

type Erasable = Pick<Message, 'seq' | 'userId' | 'content' | 'erasedAt'>;

const isErasure = (entry: Entry): entry is Erasure => 'type' in entry && entry.type === 'messages_erased';

/** Who is known by no name any more. */
export const FORMER_USER = 'A former user';

/** What is shown of a message: that its text is gone, where it is. */
export const textOf = ({ content, erasedAt }: Pick<Message, 'content' | 'erasedAt'>): string =>
  erasedAt === undefined ? content : 'Message removed';

export const isMessage = (entry: Entry): entry is Message => 'content' in entry;

/** A message of the history, which says nothing of its type. */
export const asEntry = (message: Omit<Message, 'type'>): Message => ({ ...message, type: 'message' });
