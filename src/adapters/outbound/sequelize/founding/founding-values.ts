import { createHash } from 'node:crypto';
import { RuleViolation } from '../../../../domain/rule-violation.ts';
import type { Role } from '../../../../domain/room/member.ts';
import { roomName } from '../../../../domain/room/room.ts';
import { utf8Bytes } from '../../../../domain/text/text.ts';
import type { FoundingRoom } from './founding-rows.ts';

/** What the column of a message holds. */
const CONTENT_BYTES_MAX = 65_535;
/** What a client may send as one. */
const INVITE_CODE = /^[\w-]{1,128}$/;
const PRIVATE_WORDS = new Set(['1', 'true', 'private', 'secret', 'invite', 'closed']);
/** Stands for the sender of a message whose row names none. */
export const NOBODY = '00000000-0000-0000-0000-000000000000';

/** Sequelize stores UTC, with or without a fraction and a zone of zero. */
export const msOfText = (text: string): number => Date.parse(`${text.slice(0, 10)}T${text.slice(11, 23)}Z`);

/** The same algorithm under the name that the hasher knows. */
export const passwordHashOf = (hash: string | null): string => (hash ?? '').replace(/^\$2y\$/, '$2b$');

export const canSignIn = (hash: string): boolean => /^\$2[ab]\$\d\d\$[./A-Za-z0-9]{53}$/.test(hash);

export const isPrivateRoom = ({ isPrivate }: FoundingRoom): boolean =>
  PRIVATE_WORDS.has(String(isPrivate ?? '').toLowerCase());

export const isGoodInviteCode = (code: string | null): code is string => code !== null && INVITE_CODE.test(code);

/** The room's own name where the rules allow it, else one that is like it. */
export function roomNameOf({ id, name }: FoundingRoom): string {
  const visible = (name ?? '').replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]/gu, '').trim();
  for (const candidate of [name ?? '', Array.from(visible).slice(0, 120).join('')]) {
    try {
      return roomName(candidate);
    } catch (error) {
      if (!(error instanceof RuleViolation)) throw error;
    }
  }
  return `room-${id.slice(-4)}`;
}

export function roleOf(role: string | null, userId: string, createdBy: string): Role {
  const word = (role ?? '').toLowerCase();
  if (userId === createdBy || (createdBy === NOBODY && word === 'owner')) return 'owner';
  if (word === 'owner' || word === 'admin' || word === 'moderator') return 'admin';
  return 'member';
}

/** As it is: history is not judged by rules that came later. Only what does not fit is cut. */
export function contentOf(content: string | null): { readonly text: string; readonly isCut: boolean } {
  const text = content ?? '';
  if (text.length * 3 <= CONTENT_BYTES_MAX || utf8Bytes(text) <= CONTENT_BYTES_MAX) return { text, isCut: false };
  let cut = text.slice(0, CONTENT_BYTES_MAX);
  while (utf8Bytes(cut) > CONTENT_BYTES_MAX)
    cut = cut.slice(0, cut.length - 1 - ((utf8Bytes(cut) - CONTENT_BYTES_MAX) >> 2));
  // Not in the middle of a pair.
  return { text: cut.isWellFormed() ? cut : cut.slice(0, -1), isCut: true };
}

/** The id of an entry that the source has no row for: the same at every attempt. A version 8 UUID (RFC 9562). */
export function entryId(...parts: readonly string[]): string {
  const hex = createHash('sha256').update(parts.join('/')).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}
