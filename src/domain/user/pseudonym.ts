import type { UserId } from './user.ts';

const SHORT_CHARS = 8;

/**
 * The names under which a user is known when erased, the one to prefer first. The end of an id is random, and a name
 * that somebody else has taken is no reason not to erase: the last one nobody else has by chance.
 */
export const pseudonymsOf = (id: UserId): readonly string[] => {
  const digits = id.replaceAll('-', '');
  return [`deleted-${digits.slice(-SHORT_CHARS)}`, `deleted-${digits}`];
};

/** `.invalid` never belongs to anybody (RFC 2606). */
export const addressOfErased = (id: UserId): string => `${id}@erased.invalid`;
