import type { AskName, LogEntry, Refusal } from './wire-types.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Null for whatever is not an object. */
const fieldsOf = (value: unknown): Fields | null =>
  typeof value === 'object' && value !== null ? (value as Fields) : null;
const isText = (value: unknown): value is string => typeof value === 'string';
const isPlace = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isPage = (value: unknown) => {
  const page = fieldsOf(value);
  return isText(page?.['roomId']) && isPlace(page['headSeq']) && Array.isArray(page['events']);
};

/** What the client itself relies on in a reply. What only the caller reads is passed on as the contract types it. */
const REPLIES: Readonly<Record<AskName, (data: Fields) => boolean>> = {
  join_room: ({ room, headSeq, members }) =>
    isText(fieldsOf(room)?.['id']) && isPlace(headSeq) && Array.isArray(members),
  leave_room: () => true,
  watch_presence: () => true,
  send_message: ({ id, seq, createdAt }) => isText(id) && isPlace(seq) && isText(createdAt),
  typing: () => true,
  read_receipt: ({ readSeq }) => isPlace(readSeq),
  delivery_receipt: ({ deliveredSeq }) => isPlace(deliveredSeq),
  sync: ({ rooms, gone, complete }) =>
    Array.isArray(rooms) && rooms.every(isPage) && Array.isArray(gone) && typeof complete === 'boolean',
  authenticate: ({ expiresAt }) => isText(expiresAt),
};

/** Null unless it has a code and a message, as every refusal has. */
export function asRefusal(value: unknown): Refusal | null {
  const fields = fieldsOf(value);
  return isText(fields?.['code']) && isText(fields['message']) ? (fields as unknown as Refusal) : null;
}

/** `{ ok: true }` with data of the right shape, or a refusal; null for anything else. */
export function checkAck(
  event: AskName,
  reply: unknown,
): { ok: true; data: Fields } | { ok: false; error: Refusal } | null {
  const ack = fieldsOf(reply);
  const data = fieldsOf(ack?.['data']);
  if (ack?.['ok'] === true) return data && REPLIES[event](data) ? { ok: true, data } : null;
  const error = asRefusal(ack?.['error']);
  return error && { ok: false, error };
}

/** An entry of a room's log, as it is pushed or synced; null when it has no place in one. */
export function asLogEntry(value: unknown): LogEntry | null {
  const entry = fieldsOf(value);
  const { type, roomId, seq, id, userId, content } = entry ?? {};
  if (!isText(type) || !isText(roomId) || !isText(id) || !isPlace(seq) || seq === 0) return null;
  // Of a type that this version does not know only the place matters.
  return type !== 'message' || (isText(userId) && isText(content)) ? (entry as LogEntry) : null;
}

/** A push that is about somebody or about a room. */
export const isPush = (value: unknown): value is Fields => fieldsOf(value) !== null;
