import type { Message } from 'parley-chat/client';
import type { Entry } from './model.ts';

/** The union of both, ascending by place; of two with the same place the first one stays. */
export function merge(known: readonly Entry[], more: readonly Entry[]): readonly Entry[] {
  const last = known.at(-1)?.seq ?? 0;
  if (more.every(({ seq }, index) => seq > (more[index - 1]?.seq ?? last))) return [...known, ...more];
  const places = new Map([...more, ...known].map((entry) => [entry.seq, entry]));
  return [...places.values()].sort((a, b) => a.seq - b.seq);
}

export const isMessage = (entry: Entry): entry is Message => 'content' in entry;

/** A message of the history, which says nothing of its type. */
export const asEntry = (message: Omit<Message, 'type'>): Message => ({ ...message, type: 'message' });
