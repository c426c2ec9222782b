import type { UserId } from '../user/user.ts';
import { isMessage, type MessageEntry, type RoomEntry } from './room-entry.ts';

/** Somebody who is erased, and what others see from then on. */
export interface Erased {
  readonly userId: UserId;
  readonly username: string;
  readonly atMs: number;
}

/** The message without its text, in its place. It keeps its sender's name for it: a repeat must find it. */
export function tombstoneOf(entry: MessageEntry, atMs: number): MessageEntry {
  return { ...entry, content: '', erasedAtMs: atMs };
}

/**
 * What is left of an entry when the user is erased: texts that the user wrote, the user's name, and what was written
 * about the user are gone. A message loses its sender's name for it as well, as the sender chose that and never sends
 * again. Null when there is nothing to take away.
 */
export function withoutTraces(entry: RoomEntry, { userId, username, atMs }: Erased): RoomEntry | null {
  if (isMessage(entry)) {
    if (entry.actorId !== userId || (entry.erasedAtMs !== undefined && entry.clientMessageId === null)) return null;
    return { ...tombstoneOf(entry, entry.erasedAtMs ?? atMs), clientMessageId: null };
  }
  switch (entry.type) {
    case 'member_joined':
      return entry.userId === userId && entry.username !== username ? { ...entry, username } : null;
    case 'member_banned':
    case 'member_muted': {
      const isTrace = entry.userId === userId || entry.actorId === userId;
      return isTrace && entry.reason !== null ? { ...entry, reason: null } : null;
    }
    default:
      return null;
  }
}
